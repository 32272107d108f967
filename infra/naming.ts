import type { Role } from "./topology.ts";

/** The name of the nth part of a role, from 1: `capstone-<stack>-<role>-<n>`. */
export function partName(stack: string, role: Role, node = 1): string {
  return `capstone-${stack}-${role}-${node}`;
}

/** The short name that a part has inside the stack's own networks: `<role>-<n>`. */
export function networkAlias(role: Role, node: number): string {
  return `${role}-${node}`;
}

/** The labels that every container, network and volume of a stack carries. */
export function partLabels(stack: string, role: Role, node?: number): Record<string, string> {
  return {
    "capstone.stack": stack,
    "capstone.role": role,
    ...(node === undefined ? {} : { "capstone.node": String(node) }),
  };
}
