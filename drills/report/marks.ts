import type { DrillRun } from "../run/run-drill.ts";
import type { Mark } from "./picture.ts";

/** The moments of a drill that its picture shows. */
export function marksOf({ actions, measures }: DrillRun, injectedAtMs: number): Mark[] {
  const { detected, newPrimary } = measures.stack;
  const marks: Mark[] = actions.map(({ atMs, kind, what }) => ({ atMs: atMs - injectedAtMs, kind, what }));
  if (detected) marks.push({ atMs: detected.afterMs, kind: "detected", what: "detected" });
  if (newPrimary)
    marks.push({ atMs: newPrimary.afterMs, kind: "primary", what: `${newPrimary.node} primary` });
  if (measures.recovery)
    marks.push({ atMs: measures.recovery.afterInjectMs, kind: "redundant", what: "fully redundant" });
  return marks.toSorted((a, b) => a.atMs - b.atMs);
}
