import type { GraphResource } from "../resource-graph/collect.ts";

/** What the rules need of a resource as the engine shows it to a policy pack. */
export interface EngineResource {
  type: string;
  name: string;
  props: Record<string, unknown>;
  opts: { protect: boolean };
  dependencies: { type: string; name: string }[];
  propertyDependencies?: Record<string, { type: string; name: string }[]>;
}

/**
 * A real stack's resources in the form of the graph that is made without a cloud. What is not known before a
 * deployment comes without a value in a preview; then the resource that it depends on stands in its place.
 */
export function graphOf(resources: EngineResource[]): GraphResource[] {
  return resources.map(({ type, name, props, opts, dependencies, propertyDependencies }) => ({
    type,
    name,
    inputs: Object.fromEntries([
      ...Object.entries(propertyDependencies ?? {}).map(([property, sources]) => [
        property,
        references(sources),
      ]),
      ...Object.entries(JSON.parse(JSON.stringify(props)) as GraphResource["inputs"]),
    ]),
    dependencies: dependencies.map((dependency) => `${dependency.type}.${dependency.name}`).sort(),
    ...(opts.protect ? { protect: true as const } : {}),
  }));
}

function references(sources: { type: string; name: string }[]): string | string[] {
  const written = sources.map((source) => `\${${source.type}.${source.name}.id}`);
  return written.length === 1 ? (written[0] ?? "") : written;
}
