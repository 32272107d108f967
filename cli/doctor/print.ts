import type { Examination } from "./examine.ts";
import type { Finding } from "./finding.ts";

/** One line a check, what to do on the next, the verdict last. */
export function print({ findings, verdict }: Examination): string {
  return [...findings.flatMap(linesOf), "", verdict].join("\n");
}

function linesOf({ name, state, found, advice, minutes }: Finding): string[] {
  const takes = minutes
    ? ` (about ${minutes < 1 ? "half a minute" : `${minutes} minutes`} on two processors)`
    : "";
  return [
    `${state.padEnd("warning".length)}  ${name}: ${found}`,
    ...(advice ? [`         ${advice}${takes}`] : []),
  ];
}
