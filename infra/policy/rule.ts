import type { Finding, ResourceView } from "./resources.ts";

/** One thing that must hold of every stack. */
export interface Rule {
  /** Short and stable, for people to look up and for exceptions to name. */
  id: string;
  /** What must hold, and in a few words why. */
  sentence: string;
  /** Finds where it does not. */
  check: (resources: ResourceView) => Finding[];
}

/** Breaking a rule where that is right, and why. */
export interface Exception {
  rule: string;
  /** `TYPE.NAME` of the resource, with `*` for any characters. */
  resource: string;
  /** A part of the finding's detail, where only that is excepted. */
  detail?: string;
  reason: string;
}
