import postgres from "postgres";
import type { Drill } from "../drill.ts";

const count = 4;

export const drill: Drill = {
  description: "Four queries that never end run on the primary for 20 s.",
  async inject(scene) {
    const { journal, outputs } = scene.stack;
    const sql = postgres(outputs.databaseUrl, { max: count, onnotice: () => {} });
    const running = await journal.note("inject", `${count} endless queries`, async () =>
      Array.from({ length: count }, () => {
        const query = sql.unsafe(
          "select count(*) from generate_series(1, 1000000000000) as n where n % 7 = 8",
        );
        query.catch(() => {});
        return query;
      }),
    );
    await scene.seconds(20);
    await journal.note("clear", "endless queries cancelled", async () => {
      for (const query of running) query.cancel();
      await sql.end({ timeout: 10 });
    });
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: false,
};
