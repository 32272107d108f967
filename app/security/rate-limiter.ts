import type { DatabaseAccess } from "../database/access.ts";
import { patiently } from "../database/deadline.ts";
import { Problem } from "../problem.ts";
import { takePermits } from "../repositories/rate-limits.ts";
import type { Limit, LimitName, Limits } from "../settings/limits.ts";

/** Permits that this node has taken from the shared bucket and not yet given to requests. */
interface Lease {
  left: number;
  /** The shared bucket has no more until then. */
  last: boolean;
  endsAtMs: number;
}

/** A node takes this share of a limit at a time, so that most requests need no database access. */
const share = 1 / 60;
/** How long a node counts alone before it tries the shared bucket again. */
const aloneMs = 5_000;
const mostLeases = 20_000;

/**
 * Counts requests against limits that hold over all nodes: each takes permits from a shared bucket, some at a time.
 * The nodes together never give more than the limit; one may refuse a little early while another still has some left.
 * While the database fails over, each node counts alone, and nobody waits for it.
 */
export class RateLimiter {
  private readonly limits: Limits;
  private readonly database: DatabaseAccess;
  private readonly patienceMs: number;
  private readonly onRefusal: (name: LimitName) => void;
  private readonly leases = new Map<string, Lease>();
  private readonly asking = new Map<string, Promise<void>>();

  /** @param patienceMs How long to wait for a bucket before going on without it. */
  constructor(
    limits: Limits,
    database: DatabaseAccess,
    patienceMs: number,
    onRefusal: (name: LimitName) => void,
  ) {
    this.limits = limits;
    this.database = database;
    this.patienceMs = patienceMs;
    this.onRefusal = onRefusal;
  }

  /**
   * Takes one permit.
   * @throws Problem 429 that says when there will be one again.
   */
  async take(name: LimitName, subject: string): Promise<void> {
    const bucket = `${name}:${subject}`;
    for (;;) {
      const lease = this.leases.get(bucket);
      const now = performance.now();
      if (lease && lease.endsAtMs > now) {
        if (lease.left > 0) {
          lease.left--;
          return;
        }
        if (lease.last) {
          this.onRefusal(name);
          throw limitReached(name, lease.endsAtMs - now);
        }
      }
      await this.refill(bucket, this.limits[name]);
    }
  }

  /** Concurrent requests that find the lease used up share one query. */
  private refill(bucket: string, limit: Limit): Promise<void> {
    const asking = this.asking.get(bucket);
    if (asking) return asking;
    const asked = this.lease(bucket, limit)
      .then((lease) => this.remember(bucket, lease))
      .finally(() => this.asking.delete(bucket));
    this.asking.set(bucket, asked);
    return asked;
  }

  private async lease(bucket: string, limit: Limit): Promise<Lease> {
    const alone = () => leaseAlone(limit);
    return this.database.state().failing
      ? alone()
      : patiently(this.patienceMs, this.leaseShared(bucket, limit), alone);
  }

  private async leaseShared(bucket: string, limit: Limit): Promise<Lease> {
    const permits = Math.max(1, Math.floor(limit.count * share));
    const { count, resetsInMs } = await takePermits(
      this.database.direct,
      bucket,
      permits,
      limit.windowSeconds,
    );
    const granted = Math.min(permits, Math.max(0, limit.count - (count - permits)));
    return { left: granted, last: granted < permits, endsAtMs: performance.now() + resetsInMs };
  }

  private remember(bucket: string, lease: Lease): void {
    this.leases.delete(bucket);
    this.leases.set(bucket, lease);
    if (this.leases.size <= mostLeases) return;
    const [oldest] = this.leases.keys();
    if (oldest !== undefined) this.leases.delete(oldest);
  }
}

/** What this node gives by itself in a short while: its part of the limit, and no less than a person needs. */
function leaseAlone(limit: Limit): Lease {
  const part = Math.ceil((limit.count * aloneMs) / 1000 / limit.windowSeconds);
  return {
    left: Math.min(limit.count, Math.max(part, 10)),
    last: true,
    endsAtMs: performance.now() + aloneMs,
  };
}

/** @param opensInMs Until the window ends. */
export function limitReached(name: LimitName, opensInMs: number): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(opensInMs / 1000));
  const detail = `The limit ${name} is reached; it opens again in ${retryAfterSeconds} s.`;
  return new Problem(429, "too-many-requests", detail, { retryAfterSeconds });
}
