import fc from "fast-check";
import { expect, test } from "vitest";
import { addressRange, subnetCidr, tiers } from "../../../../infra/aws/network/subnet-plan.ts";

const zones = [0, 1, 2, 3];
/** Private networks of /16 to /20, on their boundary. */
const networks = fc
  .record({ prefix: fc.integer({ min: 16, max: 20 }), second: fc.nat(255), third: fc.nat(255) })
  .map(
    ({ prefix, second, third }) =>
      `10.${second}.${third - (third % 2 ** Math.max(0, 24 - prefix))}.0/${prefix}`,
  );

function subnetsOf(network: string): string[] {
  return tiers.flatMap((tier) => zones.map((zone) => subnetCidr(network, tier, zone)));
}

test("subnets lie inside their network", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const whole = addressRange(network);
      for (const subnet of subnetsOf(network)) {
        const part = addressRange(subnet);
        expect(part.first).toBeGreaterThanOrEqual(whole.first);
        expect(part.last).toBeLessThanOrEqual(whole.last);
      }
    }),
  );
});

test("no two subnets share an address", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const ranges = subnetsOf(network)
        .map(addressRange)
        .sort((a, b) => a.first - b.first);
      for (const [index, range] of ranges.entries()) {
        const next = ranges[index + 1];
        if (next) expect(range.last).toBeLessThan(next.first);
      }
    }),
  );
});

test("subnets start on their boundary and are of one size, no smaller than AWS takes", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const sizes = subnetsOf(network).map((subnet) => {
        const { first, last } = addressRange(subnet);
        const size = last - first + 1;
        expect(first % size).toBe(0);
        return size;
      });
      expect(new Set(sizes).size).toBe(1);
      expect(sizes[0]).toBeGreaterThanOrEqual(256);
    }),
  );
});

test("the plan that is deployed", () => {
  expect(subnetsOf("10.20.0.0/16")).toEqual([
    ...["10.20.0.0/20", "10.20.16.0/20", "10.20.32.0/20", "10.20.48.0/20"],
    ...["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20", "10.20.112.0/20"],
    ...["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20", "10.20.176.0/20"],
  ]);
});

test("there is no fifth zone, and no subnet smaller than /28", () => {
  expect(() => subnetCidr("10.0.0.0/16", "public", 4)).toThrow("Zone 4 is not one of 0 to 3.");
  expect(() => subnetCidr("10.0.0.0/25", "public", 0)).toThrow(
    "10.0.0.0/25 is too small to be cut into 16 subnets.",
  );
});
