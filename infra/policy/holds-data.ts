import type { Rendered } from "./resource-graph/render.ts";
import { at, list } from "./resources.ts";
import { types } from "./types.ts";

/** Every resource of these types holds what a person would miss, or opens it. */
const dataTypes: string[] = [
  types.databaseInstance,
  types.databaseCluster,
  types.bucket,
  types.backupVault,
  types.key,
  types.secret,
];

/** Roles of the local target's volumes that hold what a person would miss. */
const dataRoles = ["database", "consensus", "object-store", "backup"];

/** What is asked of a resource: the same in a graph, in a state and in an event of the engine. */
export interface DataHolder {
  type: string;
  inputs: Record<string, Rendered>;
  protect?: boolean;
}

/** Whether a volume of the local target holds data, by the role on its label. */
export function isDataVolume({ type, inputs }: DataHolder): boolean {
  if (type !== types.volume) return false;
  const role = list(inputs.labels).find((label) => at(label, "label") === "capstone.role");
  return dataRoles.includes(String(at(role, "value")));
}

/** Whether something is lost for good when the resource is: its type says so, or the program protects it. */
export function holdsData(resource: DataHolder): boolean {
  return resource.protect === true || dataTypes.includes(resource.type) || isDataVolume(resource);
}
