import { psql } from "../../running-stack/psql.ts";
import { standIn } from "../../running-stack/stand-in.ts";
import { smallDisk } from "../actions/small-disk.ts";
import type { Drill, Scene } from "../drill.ts";

const dataFolder = "/var/lib/postgresql/data";
const ballast = `${dataFolder}/ballast`;

export const drill: Drill = {
  description: "The primary's disk fills up; 20 s later there is space again.",
  /** Gives the replica a disk of 400 MB and makes it primary, so that the machine's own disk is not the one to fill. */
  async prepare(scene) {
    const { stack, replica } = scene;
    const volume = await smallDisk(stack, `${replica.containerName}-small-disk`, 400, replica.state.role);
    await standIn(stack.engine, replica, { volumes: { [dataFolder]: volume } });
    await scene.untilFullyRedundant(120_000);
    await scene.switchOver();
    await scene.untilFullyRedundant(60_000);
  },
  async inject(scene) {
    const { primary } = scene;
    await primary.inject("disk full", async () => {
      await primary.run(["sh", "-c", `cat /dev/zero >${ballast} 2>/dev/null || true`]);
      await fillLog(scene);
    });
    await scene.seconds(20);
    await primary.clear("space again", () => primary.run(["rm", ballast]));
  },
  expected: { newPrimary: true, writesPauseMs: 25_000 },
  soak: false,
};

/** Segments of the log that are there already are written before a new one is needed: skip them. */
async function fillLog({ primary }: Scene): Promise<void> {
  for (let segment = 0; segment < 20; segment++) {
    const skipped = await psql(primary, "select pg_switch_wal();").catch(() => undefined);
    if (skipped === undefined) return;
  }
}
