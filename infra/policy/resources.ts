import type { GraphResource } from "./resource-graph/collect.ts";
import type { Rendered } from "./resource-graph/render.ts";

/** A resource that breaks a rule. */
export interface Finding {
  resource: GraphResource;
  /** What is wrong with it. */
  detail: string;
}

/** A graph with the questions that rules ask. It is the same for a graph made without a cloud and for a real stack. */
export class ResourceView {
  readonly all: GraphResource[];

  constructor(all: GraphResource[]) {
    this.all = all;
  }

  ofType(...types: string[]): GraphResource[] {
    return this.all.filter((resource) => types.includes(resource.type));
  }

  /** Resources of a type whose property leads to another: by reference, or by the value that it has in a real stack. */
  pointingTo(target: GraphResource, type: string, property: string): GraphResource[] {
    return this.ofType(type).filter((resource) => pointsTo(resource.inputs[property], target));
  }

  /** Finds every resource of the types for which the question has an answer: what is wrong. */
  find(types: string[], whatIsWrong: (resource: GraphResource) => string | undefined): Finding[] {
    return this.ofType(...types).flatMap((resource) => {
      const detail = whatIsWrong(resource);
      return detail === undefined ? [] : [{ resource, detail }];
    });
  }
}

export function identity(resource: GraphResource): string {
  return `${resource.type}.${resource.name}`;
}

/** Whether a value is an output of the resource, or what the resource is called in a real stack. */
export function pointsTo(value: Rendered | undefined, target: GraphResource): boolean {
  if (typeof value !== "string") return false;
  if (value.includes(`\${${identity(target)}.`)) return true;
  const names = ["id", "arn", "name", "bucket", "identifier"].map((property) => target.inputs[property]);
  return names.some((name) => typeof name === "string" && name !== "" && name === value);
}

/** A property at a path such as `rules.0.action`, or undefined. */
export function at(value: Rendered | undefined, path: string): Rendered | undefined {
  return path
    .split(".")
    .reduce<Rendered | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

function isObject(value: unknown): value is Record<string, Rendered> {
  return typeof value === "object" && value !== null;
}

/** A list of values, or nothing. */
export function list(value: Rendered | undefined): Rendered[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** JSON that an input carries as text: a policy, or the containers of a task. Undefined where it is none. */
export function parsed(value: Rendered | undefined): Rendered | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value) as Rendered;
  } catch {
    return undefined;
  }
}

/** Whether an input has a value at all. */
export function isSet(value: Rendered | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
