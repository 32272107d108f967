import type { Say } from "./remarks.ts";

const shownAtMost = 3;

/** Counts rows with the same remark, and keeps a few as examples. */
export class Examples {
  private readonly counted = new Map<string, { count: number; examples: string[] }>();

  /** @param sentence Of several rows, as in `have no email address`. */
  add(sentence: string, example: string): void {
    const known = this.counted.get(sentence) ?? { count: 0, examples: [] };
    known.count++;
    if (known.examples.length < shownAtMost) known.examples.push(example);
    this.counted.set(sentence, known);
  }

  sayAll(where: string, say: Say): void {
    for (const [sentence, { count, examples }] of this.counted) {
      const more = count > examples.length ? ", …" : "";
      say(
        where,
        "differs",
        `has rows that ${sentence}: ${count.toLocaleString("en")} (${examples.join("; ")}${more})`,
      );
    }
  }
}
