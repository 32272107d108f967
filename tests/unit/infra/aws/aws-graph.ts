import { type AwsConfiguration, readConfiguration } from "../../../../infra/configuration/configuration.ts";
import {
  collectResourceGraph,
  type GraphResource,
  type ResourceGraph,
} from "../../../../infra/policy/resource-graph/collect.ts";
import type { Rendered } from "../../../../infra/policy/resource-graph/render.ts";
import { readStackConfig } from "../../../../infra/policy/resource-graph/stack-config.ts";
import { deploy } from "../../../../stacks/aws.ts";

const graphs = new Map<string, Promise<ResourceGraph>>();

/** The AWS target with prod's config, and some keys of it changed. Made once for each set of changes. */
export function awsGraph(changes: Record<string, string> = {}): Promise<ResourceGraph> {
  const key = JSON.stringify(changes);
  let graph = graphs.get(key);
  if (!graph) {
    graph = collectAws(changes);
    graphs.set(key, graph);
  }
  return graph;
}

/** The same, not kept: for configs that are refused. */
export function collectAws(changes: Record<string, string>): Promise<ResourceGraph> {
  const { config } = readStackConfig("prod");
  const changed = Object.entries(changes).map(([key, value]) => [
    key.includes(":") ? key : `capstone:${key}`,
    value,
  ]);
  return collectResourceGraph(() => deploy(readAwsConfiguration()), {
    stack: "prod",
    config: { ...config, ...Object.fromEntries(changed) },
  });
}

function readAwsConfiguration(): AwsConfiguration {
  const configuration = readConfiguration();
  if (configuration.target !== "aws") throw new Error("prod is not on AWS");
  return configuration;
}

/** Plain HTTP, without a domain, in two zones: the least that runs. */
export const smallest = {
  domain: "",
  hostedZoneId: "",
  allowPlainHttp: "true",
  availabilityZones: "2",
  natGateways: "single",
  interfaceEndpoints: "false",
  webFirewall: "false",
  databaseInstanceClass: "db.t4g.micro",
};

export function ofType(graph: ResourceGraph, type: string): GraphResource[] {
  return graph.resources.filter(
    (resource) => resource.type.endsWith(`:${type}`) && resource.type.startsWith("aws:"),
  );
}

/** The one resource of a type, or of a type and a name. */
export function only(graph: ResourceGraph, type: string, name?: string): GraphResource {
  const found = ofType(graph, type).filter((resource) => name === undefined || resource.name === name);
  if (found.length !== 1 || !found[0]) {
    throw new Error(
      `There are ${found.length} resources ${type} ${name ?? ""}: ${found.map((r) => r.name).join(", ")}`,
    );
  }
  return found[0];
}

/** The one container of a task definition. */
export function container(graph: ResourceGraph, taskDefinition: string): Record<string, Rendered> {
  const definition = only(graph, "TaskDefinition", taskDefinition);
  const [first] = JSON.parse(String(definition.inputs.containerDefinitions)) as Record<string, Rendered>[];
  if (!first) throw new Error(`${taskDefinition} has no container`);
  return first;
}

/** The statements of an IAM policy, by their ids. */
export function statements(policy: Rendered | undefined): Record<string, Record<string, Rendered>> {
  const { Statement } = JSON.parse(String(policy)) as { Statement: Record<string, Rendered>[] };
  return Object.fromEntries(Statement.map((statement) => [String(statement.Sid), statement]));
}
