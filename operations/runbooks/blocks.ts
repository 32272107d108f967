/** A fenced block of commands in a runbook. */
export interface Block {
  /** `rehearsal` causes the fault that the runbook is for: skip it in a real incident. */
  kind: "rehearsal" | "step";
  /** The heading above it. */
  heading: string;
  commands: string;
}

/** The blocks marked `sh` or `sh rehearsal`, in order. Others are not meant to be run as they are. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { kind: Block["kind"] | undefined; lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const fence = /^```(.*)$/.exec(line);
    if (fence && open) {
      if (open.kind) blocks.push({ kind: open.kind, heading, commands: open.lines.join("\n") });
      open = undefined;
    } else if (fence) {
      const kind = { sh: "step", "sh rehearsal": "rehearsal" } as const;
      open = { kind: kind[fence[1] as keyof typeof kind], lines: [] };
    } else if (open) open.lines.push(line);
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  return blocks;
}

/** One script of all blocks, rehearsals first, that stops at the first failing command and names its section. */
export function scriptOf(blocks: Block[]): string {
  const ordered = blocks.toSorted((a, b) => Number(a.kind === "step") - Number(b.kind === "step"));
  const parts = ordered.map(
    ({ kind, heading, commands }) => `echo; echo '== ${heading.replaceAll("'", "")} (${kind})'\n${commands}`,
  );
  return ["set -euo pipefail", ...parts].join("\n");
}
