/** An alert that has to be raised by a drill's fault, and to end after it. */
export interface ExpectedAlert {
  /** Null where nobody may be told of anything. */
  alert: string | null;
  /** The longest from the fault to the alert; without one, how long it is waited for in vain. */
  withinMs: number;
}

/** By drill: every fault here is one that somebody has to know of. */
export const expectedAlerts: Record<string, ExpectedAlert> = {
  "primary-paused": { alert: "WitnessActed", withinMs: 20_000 },
  "primary-killed": { alert: "FailoverHappened", withinMs: 15_000 },
  "app-node-cut-off": { alert: "ApplicationNodeDown", withinMs: 40_000 },
  "replica-killed": { alert: "NoSynchronousStandby", withinMs: 30_000 },
  "object-store-node-killed": { alert: "ObjectStoreDegraded", withinMs: 40_000 },
  "app-nodes-rolled": { alert: null, withinMs: 20_000 },
  "archive-failing": { alert: "WalArchivingFailing", withinMs: 120_000 },
};
