import * as pulumi from "@pulumi/pulumi";
import { counts, cpuSharesOfFailover, database, ports, stopTimeoutSeconds, userIds } from "../topology.ts";
import type { Consensus } from "./consensus.ts";
import { createPart } from "./container/container.ts";
import { SecretFiles } from "./container/secret-files.ts";
import { attach, type Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";

export interface WitnessArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  consensus: Consensus;
  /** Short names of the database nodes. */
  databaseNodes: string[];
  after: pulumi.Resource[];
}

/**
 * Sees from outside that a primary does not serve, sooner than its lease ends, and lets Patroni elect another. One of
 * them is enough, and none is as safe: docs/witness.md.
 */
export class Witness extends pulumi.ComponentResource {
  constructor(name: string, args: WitnessArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Witness", name, {}, options);

    const files = this.createSecretFiles(args);
    for (let node = 1; node <= counts.witness; node++) this.createWitness(args, files, node);

    this.registerOutputs();
  }

  private createSecretFiles({ stack, baseImage, secrets }: WitnessArgs): SecretFiles {
    return new SecretFiles(
      "witness-secrets",
      {
        stack,
        role: "witness-secrets",
        image: baseImage,
        userId: userIds.witness,
        pepper: secrets.pepper,
        secrets: {
          "witness-password": secrets.witnessPassword,
          "patroni-password": secrets.patroniPassword,
        },
      },
      { parent: this },
    );
  }

  private createWitness(args: WitnessArgs, files: SecretFiles, node: number): void {
    const { stack, networks, image, consensus, databaseNodes, after } = args;
    createPart(
      {
        stack,
        role: "witness",
        node,
        image,
        userId: userIds.witness,
        memoryMegabytes: 64,
        cpuShares: cpuSharesOfFailover,
        // It has to see the primary as clients do, and as its standby and consensus do.
        networks: [attach(networks.data, "witness", node), attach(networks.cluster, "witness", node)],
        secretFiles: files,
        environment: {
          CONSENSUS_HOSTS: consensus.endpoints.join(","),
          DATABASE_NODES: databaseNodes.join(","),
          DATABASE_NAME: database.name,
          WITNESS_USER: database.witnessUser,
          METRICS_PORT: String(ports.witnessMetrics),
        },
        healthCheck: ["health-check"],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 30,
        stopTimeoutSeconds: stopTimeoutSeconds.witness,
      },
      { parent: this, dependsOn: after },
    );
  }
}
