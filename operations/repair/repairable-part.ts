import { PersonError } from "../../infra/errors.ts";
import { counts, type Role } from "../../infra/topology.ts";

/** A part that `repair` can remake: one container with its volume, all of consensus, or Pulumi's state. */
export type RepairablePart =
  | { kind: "container"; role: Role; node: number }
  | { kind: "consensus" }
  | { kind: "state" };

const roles = {
  database: 3,
  consensus: counts.consensus,
  "object-store": counts.objectStore,
  backup: 1,
  metrics: 1,
} satisfies Partial<Record<Role, number>>;
type RepairableRole = keyof typeof roles;

/**
 * Reads `database-2`, `consensus-1`, `object-store-3`, `backup-1`, `metrics-1`, `consensus` or `state`.
 * @throws PersonError that says what is allowed.
 */
export function readPart(text: string | undefined): RepairablePart {
  if (text === "consensus") return { kind: "consensus" };
  if (text === "state") return { kind: "state" };
  const [, role = "", number = ""] = /^([a-z-]+)-([1-9]\d*)$/.exec(text ?? "") ?? [];
  const node = Number(number);
  if (role in roles && node >= 1 && node <= roles[role as RepairableRole])
    return { kind: "container", role: role as Role, node };
  const allowed = Object.entries(roles).map(([name, most]) =>
    most === 1 ? `${name}-1` : `${name}-1 to ${name}-${most}`,
  );
  const given = text === undefined ? "No part is named" : `The part is "${text}"`;
  throw new PersonError(`${given}; allowed are ${allowed.join(", ")}, consensus and state.`);
}
