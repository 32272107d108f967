import type { RunningStack } from "../running-stack/running-stack.ts";

/** A setting that is wrong on purpose, to see that a drill detects it. A file in breakages/ exports one as `breakage`. */
export interface Breakage {
  /** One line on what is wrong. */
  description: string;
  /** The drill that has to fail. */
  drill: string;
  /** What its reasons have to match. */
  caughtBy: RegExp;
  /** What the redundancy check then finds missing even without a fault. */
  missing?: string;
  /** Breaks it in the running stack, and leaves the undo with the stack. */
  apply: (stack: RunningStack) => Promise<void>;
}
