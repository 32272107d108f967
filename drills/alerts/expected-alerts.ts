import { silentPrimaryMs } from "../lease.ts";

/** An alert that a drill's fault has to raise, and that has to clear after it. */
export interface ExpectedAlert {
  /** Null where no alert may be raised. */
  alert: string | null;
  /** The longest from the fault to the alert; where none may come, how long to wait for it. */
  withinMs: number;
}

/** By drill: the faults that somebody has to hear about. */
export const expectedAlerts: Record<string, ExpectedAlert> = {
  // A lease is over before NoPrimary is due.
  "primary-paused": { alert: "FailoverHappened", withinMs: silentPrimaryMs + 15_000 },
  // The node that comes back first must not lead, so there is none until the other is back.
  "two-failovers-in-a-row": { alert: "NoPrimary", withinMs: 30_000 },
  "primary-killed": { alert: "FailoverHappened", withinMs: 15_000 },
  "app-node-cut-off": { alert: "ApplicationNodeDown", withinMs: 40_000 },
  "replica-killed": { alert: "NoSynchronousStandby", withinMs: 30_000 },
  "object-store-node-killed": { alert: "ObjectStoreDegraded", withinMs: 40_000 },
  "app-nodes-rolled": { alert: null, withinMs: 20_000 },
  "database-disks-full": { alert: "WritesRefused", withinMs: 60_000 },
  "object-store-disks-full": { alert: "VolumeFilling", withinMs: 90_000 },
  "archive-failing": { alert: "WalArchivingFailing", withinMs: 120_000 },
};
