import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { partLabels, partName } from "../../naming.ts";
import type { Role } from "../../topology.ts";

/**
 * A volume that holds data. It outlives containers, is never replaced by a changed property, and is protected:
 * only `npm run down -- --data` removes it.
 */
export function createDataVolume(
  stack: string,
  role: Role,
  node: number,
  options: pulumi.CustomResourceOptions,
): docker.Volume {
  return new docker.Volume(
    `${role}-data-${node}`,
    {
      name: partName(stack, role, node),
      driver: "local",
      labels: Object.entries(partLabels(stack, role, node)).map(([label, value]) => ({ label, value })),
    },
    { ...options, protect: true, ignoreChanges: ["labels", "driver", "driverOpts"] },
  );
}
