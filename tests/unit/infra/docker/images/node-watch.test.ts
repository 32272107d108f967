import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const execute = promisify(execFile);

it("the watcher of a database node passes its own tests", async () => {
  const { stderr } = await execute("python3", [path.join(import.meta.dirname, "test_node_watch.py")]);
  expect(stderr).toMatch(/Ran \d\d tests[\s\S]*OK/);
});
