import type Docker from "dockerode";
import { PersonError } from "../infra/errors.ts";
import { networkAlias } from "../infra/naming.ts";
import type { Role } from "../infra/topology.ts";

/** A part of a stack, running or not. */
export interface ListedPart {
  /** As in `app-1`. */
  name: string;
  role: Role;
  containerName: string;
  running: boolean;
}

/** The labels that the containers of a stack's parts have, and no other container. */
export function partLabelsOf(stack: string): string[] {
  return [`capstone.stack=${stack}`, "capstone.node"];
}

/**
 * The containers of a stack's parts, running or not, as the engine lists them.
 * @throws PersonError when it has none.
 */
export async function listPartContainers(engine: Docker, stack: string): Promise<Docker.ContainerInfo[]> {
  const containers = await engine.listContainers({ all: true, filters: { label: partLabelsOf(stack) } });
  if (containers.length === 0)
    throw new PersonError(
      `The stack ${stack} has no containers; \`npm run up -- --stack ${stack}\` creates it.`,
    );
  return containers;
}

/**
 * All parts of a stack, by name.
 * @throws PersonError when it has none.
 */
export async function listParts(engine: Docker, stack: string): Promise<ListedPart[]> {
  return (await listPartContainers(engine, stack))
    .map(({ Names, Labels, State }) => ({
      ...partOf(Labels),
      containerName: (Names[0] ?? "").slice(1),
      running: State === "running",
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What a container's labels say. */
export function partOf(labels: Record<string, string>): Pick<ListedPart, "name" | "role"> {
  const role = labels["capstone.role"] as Role;
  return { name: networkAlias(role, Number(labels["capstone.node"])), role };
}

/** Whether one of these names means it: its own, or its role's for all parts of that role. */
export function isNamed({ name, role }: Pick<ListedPart, "name" | "role">, names: string[]): boolean {
  return names.includes(name) || names.includes(role);
}

/**
 * The parts of these names, or all where none is given.
 * @throws PersonError that names the first unknown one, and what is allowed.
 */
export function chooseParts(parts: ListedPart[], names: string[]): ListedPart[] {
  const unknown = names.find((name) => !parts.some((part) => isNamed(part, [name])));
  if (unknown !== undefined) {
    const roles = [...new Set(parts.map(({ role }) => role))];
    const allowed = `${parts.map(({ name }) => name).join(", ")}, and ${roles.join(", ")} for all of a role`;
    throw new PersonError(`There is no part "${unknown}"; allowed are ${allowed}.`);
  }
  return names.length === 0 ? parts : parts.filter((part) => isNamed(part, names));
}

/**
 * The one running part of this name.
 * @throws PersonError that says what is allowed, or that it does not run.
 */
export function requireRunningPart(parts: ListedPart[], name: string | undefined, stack: string): ListedPart {
  const part = parts.find((candidate) => candidate.name === name);
  const allowed = parts.map((candidate) => candidate.name).join(", ");
  if (!part) {
    const given = name === undefined ? "No part is named" : `There is no part "${name}"`;
    throw new PersonError(`${given}; allowed are ${allowed}.`);
  }
  if (!part.running)
    throw new PersonError(`${name} does not run; \`npm run up -- --stack ${stack}\` starts it.`);
  return part;
}
