import { type Line, lineNames, unchecked } from "./line.ts";

export interface ServiceExamination {
  /** Its name, or the folder where that could not be read. */
  service: string;
  /** Whether no line is a fault. */
  works: boolean;
  lines: Line[];
  /** The last line: what it comes to. */
  verdict: string;
}

/** Adds the lines that were not reached, and the verdict. */
export function conclude(service: string, found: Line[]): ServiceExamination {
  const faults = found.filter(({ state }) => state === "fault").map(({ name }) => name);
  const lines = lineNames.map(
    (name) =>
      found.find((line) => line.name === name) ??
      unchecked(name, `skipped, because of: ${faults.join(", ")}`),
  );
  const works = faults.length === 0;
  const open = lines.filter(({ state }) => state === "unchecked").map(({ name }) => name);
  const left = open.length === 0 ? "" : ` Not checked: ${open.join(", ")}.`;
  const verdict = works
    ? `${service} keeps what is asked of a service: ${lines.length - open.length} of ${lines.length}.${left}`
    : `${service} breaks ${faults.length} of ${lines.length}: ${faults.join(", ")}.${left}`;
  return { service, works, lines, verdict };
}

/** As on a terminal. */
export function printLine({ name, state, found }: Line): string {
  return `${state.padEnd("unchecked".length)}  ${name}: ${found}`;
}
