import { readResults } from "../../drills/report/results.ts";
import { describe } from "../../drills/run/describe.ts";

/** The drill that docs/tour.md has one run, with the figures that are recorded of it. */
const shown = "primary-killed";

/** The parts of docs/tour.md that are written from recorded results, by their markers. */
export function tourSections(): Record<string, string> {
  const result = readResults()?.drills[shown];
  return { "tour-drill": result ? `\`\`\`text\n${describe({ name: shown, ...result })}\n\`\`\`` : "" };
}
