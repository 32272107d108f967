import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { readCommandEntries, typedCommands } from "../document-commands.ts";

const text = (file: string) => readFileSync(path.join(projectRoot, file), "utf8");
/**
 * docs/aws.md has a table of its own, and runbooks are run as they stand. docs/commands.md is made from the declarations,
 * whose examples tests/unit/cli/help.test.ts reads.
 */
const documents = globSync(["*.md", "*/README.md", "docs/*.md"], {
  cwd: projectRoot,
  exclude: (name) => name === "node_modules",
}).filter((file) => file !== "docs/aws.md" && file !== "docs/commands.md");
const entries = readCommandEntries();
const listed = entries.flatMap(({ commands }) => commands);
const ownTests = /^npx vitest run --project \w+ (\S+)( --update)?$/;

it.each(documents)(
  "each command of %s is listed with who runs it, in tests/document-commands.yaml",
  (file) => {
    const unlisted = typedCommands(text(file)).filter((command) => {
      const tests = ownTests.exec(command)?.[1];
      return tests ? !existsSync(path.join(projectRoot, tests)) : !listed.includes(command);
    });
    expect(unlisted).toEqual([]);
  },
);

it("no other command is listed, and none twice", () => {
  const typed = documents.flatMap((file) => typedCommands(text(file)));
  expect(listed.filter((command) => !typed.includes(command))).toEqual([]);
  expect(listed.filter((command, index) => listed.indexOf(command) !== index)).toEqual([]);
});

it("each has a test that is there and has the words that run it, or a reason", () => {
  for (const { commands, test, runs, reason } of entries) {
    expect([test, reason].filter(Boolean), commands.join()).toHaveLength(1);
    if (reason) expect(reason, commands.join()).toMatch(/^\S.{15,}[.]$/s);
    else expect(text(test ?? "").includes(runs ?? "?"), `${test} has ${runs}: ${commands.join()}`).toBe(true);
  }
});

it("commands are found in blocks for the shell, after a console's prompt, and within sentences", () => {
  const markdown = [
    "Run `npm run one --",
    "stack prod` and `state.json`.",
    "",
    "   ```sh",
    "   npm run two  # says what",
    "   ```",
    "```console",
    "$ npm run three",
    "{ }",
    "```",
    "```text",
    "npm run four",
    "```",
  ].join("\n");
  expect(typedCommands(markdown)).toEqual(["npm run two", "npm run three", "npm run one -- stack prod"]);
});
