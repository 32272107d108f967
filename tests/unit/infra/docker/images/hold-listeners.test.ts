import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const execute = promisify(execFile);

it("the edge's program passes its own tests", async () => {
  const { stderr } = await execute("python3", [path.join(import.meta.dirname, "test_hold_listeners.py")]);
  expect(stderr).toMatch(/Ran 4 tests[\s\S]*OK/);
});
