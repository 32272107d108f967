/** What is asked of a service, in the order in which it is looked at; docs/your-service-checklist.md says what each means. */
export const lineNames = [
  "declaration",
  "assets",
  "image",
  "migration",
  "migration, again",
  "newest migration",
  "port",
  "health",
  "user and files",
  "metrics",
  "database lost and back",
  "health without a database",
  "drain",
  "health while draining",
  "end",
  "start without a database",
  "secrets",
] as const;
export type LineName = (typeof lineNames)[number];

/** One line of the checklist. */
export interface Line {
  name: LineName;
  /** Unchecked: something before it failed, or the service gave nothing to judge by. */
  state: "ok" | "fault" | "unchecked";
  /** What was seen, in a sentence. */
  found: string;
}

export function ok(name: LineName, found: string): Line {
  return { name, state: "ok", found };
}

export function fault(name: LineName, found: string): Line {
  return { name, state: "fault", found };
}

export function unchecked(name: LineName, found: string): Line {
  return { name, state: "unchecked", found };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
