import type { Progress } from "./progress.ts";

/** Something that the project needs on the machine. */
export interface Part {
  /** As people read it: "Docker engine". */
  name: string;
  /** How long it takes where it has to be built, in minutes on two quiet cores; left out where that is next to nothing. */
  minutes?: number;
  /** Whether it is there. Must take milliseconds: every command checks. */
  isThere(): Promise<boolean>;
  /**
   * Provides it: finds, downloads or builds it, in that order.
   * @returns How, with the version, as in "built 2.5.0 from crates.io"
   * @throws PersonError that names the part and what to do, when it is not available.
   */
  provide(preparation: Preparation): Promise<string>;
}

/** What a part can use while it is provided. */
export interface Preparation {
  progress: Progress;
  /** Waits for another part; several are provided at once. */
  ready(part: Part): Promise<void>;
}
