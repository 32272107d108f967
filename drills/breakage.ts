import type { RunningStack } from "../running-stack/running-stack.ts";

/** A setting that is wrong on purpose, to see that a drill notices. A file in breakages/ exports one as `breakage`. */
export interface Breakage {
  /** One line on what is wrong. */
  description: string;
  /** The drill that has to fail. */
  drill: string;
  /** What its reasons have to say. */
  caughtBy: RegExp;
  /** What the stack then lacks even when it is left alone, as the look at its wholeness says it. */
  missing?: string;
  /** Breaks it in the running stack, and leaves with the stack how to take it back. */
  apply: (stack: RunningStack) => Promise<void>;
}
