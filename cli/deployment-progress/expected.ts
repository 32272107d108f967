import { collectResourceGraph, type GraphResource } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import type { Deployment } from "../../running-stack/pulumi/deployment.ts";
import { componentName, partOf } from "../preview-summary/changes.ts";

/**
 * How many resources each part of a stack will have: as the state says, which a deployment seldom changes much, or, for
 * a new stack, as the program says.
 */
export async function expectedResources(stack: string, deployed: Deployment): Promise<Map<string, number>> {
  const there = (deployed.deployment.resources ?? []).filter(
    ({ id, type }) => id && !type.startsWith("pulumi:"),
  );
  if (there.length > 0) return countByPart(there.map(({ urn = "" }) => partOf(urn)));
  const { resources } = await collectResourceGraph(runProgram, { stack, ...readStackConfig(stack) });
  const byName = new Map(resources.map((resource) => [`${resource.type}.${resource.name}`, resource]));
  const real = resources.filter(({ type }) => !type.startsWith("capstone:") && !type.startsWith("pulumi:"));
  return countByPart(real.map((resource) => partIn(resource, byName)));
}

/** The outermost component that a resource is in. */
function partIn(resource: GraphResource, byName: ReadonlyMap<string, GraphResource>): string {
  let outermost = "";
  for (let one: GraphResource | undefined = resource; one; one = byName.get(one.parent ?? ""))
    if (one.type.startsWith("capstone:")) outermost = one.type;
  return componentName(outermost);
}

function countByPart(parts: string[]): Map<string, number> {
  return new Map([...Map.groupBy(parts, (part) => part)].map(([part, { length }]) => [part, length]));
}
