import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the witness's judgement passes its own tests", async () => {
  const program = path.join(import.meta.dirname, "test_judge.py");
  const { stderr } = await promisify(execFile)("python3", [program]);
  expect(stderr).toMatch(/Ran \d\d tests[\s\S]*OK/);
});
