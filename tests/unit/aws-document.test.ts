import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readSuppressions } from "../../infra/policy/suppressions.ts";
import { projectRoot } from "../../infra/project.ts";
import { commandsOf, readDocumentedCommands } from "../aws-commands.ts";
import { awsGraph } from "./infra/aws/aws-graph.ts";

const documented = readDocumentedCommands();

test("every command of docs/aws.md is rehearsed, or says why not, and no other is listed", () => {
  const commands = commandsOf(readFileSync(path.join(projectRoot, "docs", "aws.md"), "utf8"));
  expect(documented.map(({ command }) => command).sort()).toEqual(commands.sort());
});

test("each has either a test that is there or a reason", () => {
  for (const { command, rehearsed, reason } of documented) {
    expect([rehearsed, reason].filter(Boolean), command).toHaveLength(1);
    if (rehearsed) expect(existsSync(path.join(projectRoot, rehearsed)), rehearsed).toBe(true);
    else expect(reason, command).toMatch(/^\S.{15,}[.]$/);
  }
});

test("commands are found in blocks for the shell and within sentences", () => {
  const markdown = [
    "Run `npm run one --",
    "stack prod` and `state.json`.",
    "",
    "   ```sh",
    "   aws two",
    "   ```",
    "```text",
    "npm run three",
    "```",
  ].join("\n");
  expect(commandsOf(markdown)).toEqual(["aws two", "npm run one -- stack prod"]);
});

test("the counts in docs/aws.md are those of today", async () => {
  const document = readFileSync(path.join(projectRoot, "docs", "aws.md"), "utf8");
  const { resources } = await awsGraph();
  expect(/(\d+) resources with every input/.exec(document)?.[1]).toBe(String(resources.length));
  // `npm run checkov` fails on a finding that is not explained, and on an explanation of none.
  const explained = readSuppressions("checkov").length;
  expect(/now (\d+) fail, each explained/.exec(document)?.[1]).toBe(String(explained));
});

test("the faults that docs/aws.md tells of are put in by the tests that it names", () => {
  const document = readFileSync(path.join(projectRoot, "docs", "aws.md"), "utf8");
  const [, table = ""] = /<!-- faults -->\s+([\s\S]*?)\n\n/.exec(document) ?? [];
  const rows = table
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()));
  expect(rows).toHaveLength(10);
  for (const [, fault, judge, by = "", file = ""] of rows) {
    expect(judge).toMatch(/^(cfn-lint|cdk-nag|the rights test|the rehearsal)$/);
    const text = readFileSync(path.join(projectRoot, file), "utf8");
    expect(text, fault).toContain(by);
    if (judge === "cfn-lint" || judge === "cdk-nag") expect(text, file).toContain(fault);
  }
});
