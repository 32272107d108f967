import { readConfiguration } from "../../../../infra/configuration/configuration.ts";
import {
  collectResourceGraph,
  type GraphResource,
  type ResourceGraph,
} from "../../../../infra/policy/resource-graph/collect.ts";
import type { Rendered } from "../../../../infra/policy/resource-graph/render.ts";

/** The local target's resources as the engine would be asked for them, with the given config keys. */
export function localGraph(config: Record<string, string> = {}): Promise<ResourceGraph> {
  return collectResourceGraph(
    async () => {
      const configuration = readConfiguration();
      if (configuration.target !== "docker") throw new Error("the local target's config says otherwise");
      const { deploy } = await import("../../../../stacks/docker.ts");
      return deploy(configuration);
    },
    {
      stack: "dev",
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`capstone:${key}`, value])),
    },
  );
}

export function ofType(graph: ResourceGraph, type: string): GraphResource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

export const containerType = "docker:index/container:Container";
export const volumeType = "docker:index/volume:Volume";
export const networkType = "docker:index/network:Network";
export const readinessType = "pulumi-nodejs:dynamic/dynamic:Readiness";
export const jobType = "pulumi-nodejs:dynamic/dynamic:Job";

/** Containers that are started: all but those that only carry secret files. */
export function runningContainers(graph: ResourceGraph): GraphResource[] {
  return ofType(graph, containerType).filter((container) => container.inputs.start !== false);
}

export function labelsOf(resource: GraphResource): Record<string, Rendered> {
  const labels = (resource.inputs.labels ?? []) as { label: string; value: Rendered }[];
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}
