import type { Part } from "../../running-stack/part.ts";
import { psql } from "../../running-stack/psql.ts";
import { SmallDisk } from "../../running-stack/small-disk.ts";
import type { Drill, Scene } from "../drill.ts";
import { whileWatched } from "../observe/status-watch.ts";

export interface FullVolume {
  description: string;
  /** Who has the data on the disks that fill up; one disk for each inner list. */
  users: (scene: Scene) => Part[][];
  /** Where they have the volume. */
  path: string;
  /** Of each disk: some times of what is on it. */
  megabytes: number;
  /** Done when all have been moved to their small disks. */
  moved?: (scene: Scene) => Promise<void>;
  /** Done when the disks have just become full, so that the parts notice. */
  filled?: (scene: Scene) => Promise<void>;
  seconds: number;
  expected: Drill["expected"];
}

/** A drill that fills the volumes of some parts and no other. */
export function fullVolume(what: FullVolume): Drill {
  const disks: SmallDisk[] = [];
  return {
    description: what.description,
    async prepare(scene) {
      disks.length = 0;
      for (const users of what.users(scene)) {
        const disk = await SmallDisk.create(scene.stack, users, what.path, what.megabytes);
        disks.push(disk);
        for (const part of users) {
          await disk.take(part);
          await scene.untilFullyRedundant(120_000);
        }
      }
      await what.moved?.(scene);
    },
    async inject(scene) {
      const { journal } = scene.stack;
      await whileWatched(scene, async () => {
        await journal.note("inject", `${names(disks)}: disk full`, async () => {
          await Promise.all(disks.map((disk) => disk.fill()));
          await what.filled?.(scene);
        });
        await scene.seconds(what.seconds);
        await journal.note("clear", `${names(disks)}: space again`, async () => {
          await Promise.all(disks.map((disk) => disk.free()));
        });
      });
    },
    expected: what.expected,
    readers: 4,
    soak: false,
  };
}

function names(disks: SmallDisk[]): string {
  return disks.map(({ of }) => of).join(", ");
}

/** Where each kind of part has its volume. */
export const dataFolders = {
  database: "/var/lib/postgresql/data",
  consensus: "/var/lib/consensus",
  objectStore: "/var/lib/garage/data",
  repository: "/var/lib/pgbackrest",
  metrics: "/var/lib/metrics",
};

/** Segments of the log that are there already are written before a new one is needed: skip them. */
export async function fillLog(primary: Part): Promise<void> {
  for (let segment = 0; segment < 20; segment++) {
    const skipped = await psql(primary, "select pg_switch_wal();").catch(() => undefined);
    if (skipped === undefined) return;
  }
}
