import type { Drill } from "../drill.ts";

/** A line for each drill. */
export function list(drills: Map<string, Drill>): string {
  const width = Math.max(...[...drills.keys()].map(({ length }) => length));
  return [...drills].map(([name, { description }]) => `${name.padEnd(width)}  ${description}`).join("\n");
}
