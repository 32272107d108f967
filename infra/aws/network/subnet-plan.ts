/** Who lives in a subnet: the load balancer, the application, the database. */
export const tiers = ["public", "private", "isolated"] as const;
export type Tier = (typeof tiers)[number];

/** The network is cut into this many equal parts: four zones for each of three tiers, and a quarter to spare. */
const parts = 16;
const zonesPerTier = 4;

/**
 * The address range of a tier's subnet in a zone. It depends on nothing else, so that adding a zone renumbers none.
 * @param networkCidr the whole network, as in `10.20.0.0/16`.
 * @param zone counted from 0.
 * @throws RangeError when the zone is not one of four, or the parts would be smaller than AWS allows (/28).
 */
export function subnetCidr(networkCidr: string, tier: Tier, zone: number): string {
  const [address = "", prefixText = ""] = networkCidr.split("/");
  const prefix = Number(prefixText) + Math.log2(parts);
  if (!Number.isInteger(zone) || zone < 0 || zone >= zonesPerTier) {
    throw new RangeError(`Zone ${zone} is not one of 0 to ${zonesPerTier - 1}.`);
  }
  if (!(prefix <= 28)) throw new RangeError(`${networkCidr} is too small to be cut into ${parts} subnets.`);
  const start = parseAddress(address) + (tiers.indexOf(tier) * zonesPerTier + zone) * 2 ** (32 - prefix);
  return `${formatAddress(start)}/${prefix}`;
}

/** First and last address of a range, as numbers. */
export function addressRange(cidr: string): { first: number; last: number } {
  const [address = "", prefix = ""] = cidr.split("/");
  const first = parseAddress(address);
  return { first, last: first + 2 ** (32 - Number(prefix)) - 1 };
}

function parseAddress(address: string): number {
  return address.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
