/** Ten runs say more than one: the middle, and how far the runs lie apart. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** One kind of request under steady load. */
export interface BenchFigure {
  requestsASecond: Spread;
  medianMs: Spread;
  p99Ms: Spread;
  /** Answers that were not what was asked for, over all runs. */
  failed: number;
}

/** Filled in by `npm run bench`. */
export interface BenchResult {
  figures: Record<string, BenchFigure>;
}
