import type { PartObservation } from "./observation.ts";

/** The networks that a running part is not on, though others of its role are. */
export function missingNetworks(part: PartObservation, parts: PartObservation[]): string[] {
  if (part.state !== "running") return [];
  const expected = parts.filter(({ role }) => role === part.role).flatMap(({ networks }) => networks);
  return [...new Set(expected)].filter((network) => !part.networks.includes(network));
}
