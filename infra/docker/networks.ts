import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkAlias, partLabels, partName } from "../naming.ts";
import type { Role } from "../topology.ts";
import type { NetworkAttachment } from "./container/container.ts";

export interface NetworksArgs {
  stack: string;
}

/**
 * Three networks, so that only neighbours talk:
 * - service: application nodes and the edge;
 * - data: the edge, the database and the object store;
 * - cluster: the database nodes among themselves and with consensus. Cutting a node off from it leaves its
 *   clients attached, which is the hardest fault there is.
 */
export class Networks extends pulumi.ComponentResource {
  readonly service: docker.Network;
  readonly data: docker.Network;
  readonly cluster: docker.Network;

  constructor(name: string, args: NetworksArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Networks", name, {}, options);

    this.service = this.createNetwork(args, "service-network");
    this.data = this.createNetwork(args, "data-network");
    this.cluster = this.createNetwork(args, "cluster-network");

    this.registerOutputs({ service: this.service.name, data: this.data.name, cluster: this.cluster.name });
  }

  private createNetwork({ stack }: NetworksArgs, role: Role): docker.Network {
    return new docker.Network(
      role,
      {
        name: partName(stack, role),
        driver: "bridge",
        labels: Object.entries(partLabels(stack, role)).map(([label, value]) => ({ label, value })),
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }
}

/** Joins a network under the part's short name, and more names where a part needs them. */
export function attach(
  network: docker.Network,
  role: Role,
  node: number,
  ...more: string[]
): NetworkAttachment {
  return { name: network.name, aliases: [networkAlias(role, node), ...more] };
}
