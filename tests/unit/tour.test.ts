import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { evaluate } from "../../operations/status/evaluate.ts";
import { print } from "../../operations/status/print.ts";
import { healthyStack } from "./operations/status/healthy-stack.ts";

const tour = readFileSync(path.join(projectRoot, "docs/tour.md"), "utf8");

it("the tour shows a healthy stack's status as it is printed", () => {
  const [, shown = ""] = /```text\n(stack dev: HEALTHY[\s\S]*?)```/.exec(tour) ?? [];
  const printed = print(healthyStack(), evaluate(healthyStack())).split("\n");
  const lines = shown.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !printed.includes(line))).toEqual([]);
});

it("the tour's change of the service changes one line, which is there", () => {
  // perl -pi -e 's/BEFORE/AFTER/' FILE
  const [, before = "", after, file = ""] = /perl -pi -e 's\/(.+)\/(.+)\/' (\S+)/.exec(tour) ?? [];
  const source = readFileSync(path.join(projectRoot, file), "utf8");
  expect(source.split("\n").filter((line) => line.includes(before))).toHaveLength(1);
  expect(source).not.toContain(after);
});
