import type { Drill } from "../drill.ts";

const psql = ["psql", "--no-psqlrc", "--quiet", "--host", "/run/postgresql", "--username", "postgres"];
/** More than any node keeps for another (wal_keep_size). */
const logMegabytes = 200;

export const drill: Drill = {
  description: `The primary's container is killed with ${logMegabytes} MB of log since its last checkpoint.`,
  async prepare({ primary }) {
    await primary.run(psql, "checkpoint;");
    // Log without data: nothing is left of it to remove.
    const message = "pg_logical_emit_message(false, 'drill', repeat(md5(random()::text), 32768))";
    await primary.run(psql, `select count(${message}) from generate_series(1, ${logMegabytes});`);
  },
  async inject(scene) {
    await scene.primary.crash();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 6_000 },
  soak: true,
};
