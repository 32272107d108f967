import { expect, it } from "vitest";
import { budgetMs } from "../../../app/database/access.ts";
import { outlastingSeconds, silentPrimaryMs } from "../../../drills/lease.ts";
import { leaseSeconds, outOfTouchSeconds } from "../../../infra/docker/cluster-settings.ts";

it("a lease leaves a primary the time to notice, and a request the time to ride it out", () => {
  // Patroni's own rule, and a second for failsafe mode.
  expect(leaseSeconds).toBeGreaterThan(2 * outOfTouchSeconds - 1);
  expect(2 * silentPrimaryMs).toBeLessThan(budgetMs);
  expect(outlastingSeconds * 1_000).toBeGreaterThan(silentPrimaryMs);
});
