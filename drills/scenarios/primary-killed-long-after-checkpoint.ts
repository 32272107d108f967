import { setTimeout as sleep } from "node:timers/promises";
import type { Part } from "../../running-stack/part.ts";
import { psql } from "../../running-stack/psql.ts";
import type { Drill } from "../drill.ts";
import { silentPrimaryMs } from "../lease.ts";

/** More than any node keeps for another (wal_keep_size). */
const logMegabytes = 200;

/** The returning node is rewound to a point whose log the nodes may have dropped: the archive has it. */
export const drill: Drill = {
  description: `The primary is killed with ${logMegabytes} MB of log since its last checkpoint, and comes back after the next.`,
  async prepare({ primary }) {
    await psql(primary, "checkpoint;");
    await writeLog(primary, logMegabytes);
  },
  async inject(scene) {
    const { primary, replica } = scene;
    // Dies while it writes more than it can send: its log goes on where the others' does not.
    const writing = writeLog(primary, logMegabytes).catch(() => {});
    await sleep(500);
    await primary.killByHand();
    await writing;
    const promoted = () => scene.observation.primary?.part.name === replica.name;
    if (!(await scene.until(promoted, 60_000))) return;
    await psql(replica, "checkpoint;");
    await primary.start();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: true,
};

/** Writes log without data, so there is nothing to clean up. */
async function writeLog(part: Part, megabytes: number): Promise<void> {
  const message = "pg_logical_emit_message(false, 'drill', repeat(md5(random()::text), 32768))";
  await psql(part, `select count(${message}) from generate_series(1, ${megabytes});`);
}
