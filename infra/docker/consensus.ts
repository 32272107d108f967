import * as pulumi from "@pulumi/pulumi";
import { networkAlias } from "../naming.ts";
import {
  counts,
  cpuSharesOfFailover,
  memoryLimits,
  ports,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import { createPart } from "./container/container.ts";
import { createDataVolume } from "./container/data-volume.ts";
import { attach, type Networks } from "./networks.ts";

export interface ConsensusArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
}

/** Three etcd members: two of them agreeing decide which database node is the primary. */
export class Consensus extends pulumi.ComponentResource {
  /** `host:port` of every member, as database nodes reach them. */
  readonly endpoints: string[];
  readonly members: pulumi.Resource[];

  constructor(name: string, args: ConsensusArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Consensus", name, {}, options);

    this.endpoints = memberNames.map((member) => `${member}:${ports.consensusClient}`);
    this.members = this.createMembers(args);

    this.registerOutputs({ endpoints: this.endpoints });
  }

  /** One after another, so that a new version replaces a member only while the other two are a quorum. */
  private createMembers(args: ConsensusArgs): pulumi.Resource[] {
    const members: pulumi.Resource[] = [];
    for (let node = 1; node <= counts.consensus; node++) {
      members.push(this.createMember(args, node, members.slice(-1)));
    }
    return members;
  }

  private createMember(args: ConsensusArgs, node: number, after: pulumi.Resource[]) {
    const { stack, networks, image } = args;
    const self = networkAlias("consensus", node);
    const volume = createDataVolume(stack, "consensus", node, { parent: this });
    return createPart(
      {
        stack,
        role: "consensus",
        node,
        image,
        userId: userIds.consensus,
        memoryMegabytes: memoryLimits.consensus,
        cpuShares: cpuSharesOfFailover,
        networks: [attach(networks.cluster, "consensus", node)],
        volume: { name: volume.name, path: "/var/lib/consensus" },
        environment: {
          MEMBERS: memberNames.join(" "),
          ETCD_NAME: self,
          ETCD_DATA_DIR: "/var/lib/consensus/member-data",
          ETCD_LISTEN_CLIENT_URLS: `http://0.0.0.0:${ports.consensusClient}`,
          ETCD_ADVERTISE_CLIENT_URLS: `http://${self}:${ports.consensusClient}`,
          ETCD_LISTEN_PEER_URLS: `http://0.0.0.0:${ports.consensusPeer}`,
          ETCD_INITIAL_ADVERTISE_PEER_URLS: `http://${self}:${ports.consensusPeer}`,
          ETCD_INITIAL_CLUSTER: memberNames
            .map((member) => `${member}=http://${member}:${ports.consensusPeer}`)
            .join(","),
          ETCD_INITIAL_CLUSTER_TOKEN: `capstone-${stack}`,
          ETCD_AUTO_COMPACTION_MODE: "revision",
          ETCD_AUTO_COMPACTION_RETENTION: "1000",
          ETCD_LOG_LEVEL: "warn",
          // Patroni writes a few small keys a second: a small history keeps memory small.
          ETCD_SNAPSHOT_COUNT: "5000",
          GOMEMLIMIT: "128MiB",
        },
        healthCheck: ["health-check"],
        startTimeoutSeconds: 60,
        stopTimeoutSeconds: stopTimeoutSeconds.consensus,
      },
      { parent: this, dependsOn: after },
    );
  }
}

const memberNames = Array.from({ length: counts.consensus }, (_, index) =>
  networkAlias("consensus", index + 1),
);
