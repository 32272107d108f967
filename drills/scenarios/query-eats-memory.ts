import postgres from "postgres";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A query sorts more in memory than the primary's container may have.",
  async inject({ stack: { journal, outputs } }) {
    // As long as the kernel may take to end it.
    const connection = { work_mem: "8GB", statement_timeout: 60_000 };
    const sql = postgres(outputs.databaseUrl, { max: 1, connection, onnotice: () => {} });
    const greedy =
      "select count(*) from (select repeat(md5(n::text), 30) as text from generate_series(1, 20000000) as n order by 1) as sorted";
    await journal.note("inject", "a query eats all memory", async () => {
      await sql.unsafe(greedy).catch(() => {});
    });
    await sql.end({ timeout: 5 });
  },
  expected: { failedRequests: 0, writesPauseMs: 6_000 },
  soak: false,
};
