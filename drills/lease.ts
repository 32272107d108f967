import { leaseSeconds } from "../infra/docker/cluster-settings.ts";

/** What a primary that falls silent may cost: its lease, and at most so many seconds to elect and to notice. */
export const silentPrimarySeconds = leaseSeconds + 5;
export const silentPrimaryMs = silentPrimarySeconds * 1_000;

/** Longer than a lease, and long enough for a new primary to be at work when the fault ends. */
export const outlastingSeconds = leaseSeconds + 15;
