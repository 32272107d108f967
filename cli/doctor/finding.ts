/** What one check found. */
export interface Finding {
  /** As people read it: "Docker engine". */
  name: string;
  state: "ok" | "warning" | "missing";
  found: string;
  /** What to do, or what set-up does by itself. */
  advice?: string;
  /** Whether `npm run up` cannot work here while it is so. */
  stops?: true;
  /** What set-up takes to get it, in minutes on two quiet cores. */
  minutes?: number;
}
