import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../infra/project.ts";

/** A command of docs/aws.md: the test that runs it, or why none does. */
export interface DocumentedCommand {
  command: string;
  /** The test file, relative to the project's root. */
  rehearsed?: string;
  reason?: string;
}

export function readDocumentedCommands(): DocumentedCommand[] {
  return parse(readFileSync(path.join(projectRoot, "tests", "aws-commands.yaml"), "utf8"));
}

/** The commands that a test file has to run. */
export function commandsRehearsedIn(file: string): string[] {
  return readDocumentedCommands()
    .filter(({ rehearsed }) => rehearsed === file)
    .map(({ command }) => command);
}

/** What a person is told to type in a document: the lines of its blocks for the shell, and commands within a sentence. */
export function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.trim()),
  );
  const spans = [...markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").matchAll(/`([^`]+)`/g)]
    .map(([, span = ""]) => span.replaceAll(/\s+/g, " ").trim())
    .filter((span) => /^(npm|npx|aws|gh|pulumi|export) /.test(span));
  return [...new Set([...blocks.filter(Boolean), ...spans])];
}
