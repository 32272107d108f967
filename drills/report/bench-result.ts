/** The median of several runs, and their range. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** What was requested, by which route, with how many connections. */
export interface BenchCase {
  kind: "page" | "post" | "log-in" | "avatar";
  /** Through the proxies, straight at one application node, or of the Flask design. */
  route: "proxies" | "one node" | "flask";
  /** Application nodes that served. */
  nodes: number;
  connections: number;
  /** Around a failover of the database. */
  phase?: "before" | "during" | "after";
}

/** How long a request keeps a core busy, in ms, by part. */
export interface ProcessorMs {
  /** The application's nodes, or the Flask design. */
  service: number;
  /** The primary and its replica. */
  database: number;
  /** On the way to the service, and on its way to the database. */
  proxies: number;
}

export interface BenchFigure extends BenchCase {
  requestsASecond: Spread;
  medianMs: Spread;
  p99Ms: Spread;
  /** Failed requests, over all runs. */
  failed: number;
  /** The median of the runs. Unknown around a failover: a container that starts again counts from nothing. */
  processorMs?: ProcessorMs;
}

/** What `npm run bench` measured. */
export interface BenchResult {
  measuredAt: string;
  commit: string;
  /** Of one run, in seconds, and how many runs there were of each case. */
  seconds: number;
  repetitions: number;
  figures: BenchFigure[];
}

/** @throws Error when there are no numbers. */
export function spreadOf(numbers: number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (least === undefined || most === undefined || median === undefined) throw new Error("There was no run.");
  return { median, least, most };
}
