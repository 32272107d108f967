import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Drill } from "../drill.ts";

const busySeconds = 30;

export const drill: Drill = {
  description: "Four busy loops for each core of the machine, for 30 s; nothing may take over.",
  async inject({ stack }) {
    const count = 4 * availableParallelism();
    await stack.journal.note("inject", `${count} busy loops`, () =>
      Promise.all(Array.from({ length: count }, busyLoop)),
    );
  },
  expected: { failedRequests: 0, writesPauseMs: 10_000 },
  soak: false,
};

/** Ends by itself. */
function busyLoop(): Promise<void> {
  const loop = `const end = Date.now() + ${busySeconds * 1_000}; while (Date.now() < end);`;
  return new Promise((resolve, reject) => {
    spawn(process.execPath, ["-e", loop], { stdio: "ignore" })
      .once("error", reject)
      .once("close", () => resolve());
  });
}
