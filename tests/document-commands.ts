import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../infra/project.ts";

/** Commands of the documents, and the test that runs them, or why none does. */
export interface CommandEntry {
  commands: string[];
  /** The test file, relative to the project's root, and the words in it that run them. */
  test?: string;
  runs?: string;
  reason?: string;
}

export function readCommandEntries(): CommandEntry[] {
  return parse(readFileSync(path.join(projectRoot, "tests", "document-commands.yaml"), "utf8"));
}

const fencedBlock = /^ *```([\w ]*)\n([\s\S]*?)^ *```$/gm;

/** What a person is told to type: lines of blocks for the shell, those after a `$` of a console's, and commands in sentences. */
export function typedCommands(markdown: string): string[] {
  const blocks = [...markdown.matchAll(fencedBlock)].flatMap(([, language = "", block = ""]) => {
    const lines = block.split("\n").map((line) => line.replace(/\s+# .*$/, "").trim());
    if (language === "console") return lines.flatMap((line) => /^\$ (.*)$/.exec(line)?.[1] ?? []);
    return language === "sh" || language === "" ? lines : [];
  });
  const spans = [...markdown.replaceAll(fencedBlock, "").matchAll(/`([^`]+)`/g)]
    .map(([, span = ""]) => span.replaceAll(/\s+/g, " ").trim())
    .filter((span) => /^(npm|npx|pulumi|docker|git|curl|node|rm|apt-get) /.test(span));
  return [...new Set([...blocks.filter(Boolean), ...spans])];
}
