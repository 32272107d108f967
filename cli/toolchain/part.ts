import type { Progress } from "./progress.ts";

/** Something that the project needs on the machine. */
export interface Part {
  /** As people read it: "Docker engine". */
  name: string;
  /** Whether it is there. Takes milliseconds: every command asks. */
  isThere(): Promise<boolean>;
  /**
   * Gets it: finds, downloads or builds it, in that order.
   * @returns how, with the version, as in "built 2.5.0 from crates.io"
   * @throws PersonError that names the part and what to do, when it cannot be had.
   */
  provide(preparation: Preparation): Promise<string>;
}

/** What a part can use while it is being got. */
export interface Preparation {
  progress: Progress;
  /** Waits until another part is there; several parts are got at once. */
  ready(part: Part): Promise<void>;
}
