import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkAlias } from "../naming.ts";
import { bucketName, counts, ports, stopTimeoutSeconds, userIds } from "../topology.ts";
import { createPart } from "./container.ts";
import { attach, type Networks } from "./networks.ts";

export interface TrafficArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  appNodes: number;
  databaseNodes: string[];
  /** Where each front door is published on 127.0.0.1. */
  publishedPorts: { http: number; database: number; databaseRead: number; objectStore: number };
}

/** One published address, served by two equal HAProxy processes that both listen on it. */
export class Traffic extends pulumi.ComponentResource {
  readonly proxies: pulumi.Resource[];

  constructor(name: string, args: TrafficArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Traffic", name, {}, options);

    const edge = this.createEdge(args);
    this.proxies = this.createProxies(args, edge);

    this.registerOutputs();
  }

  /** Holds the network namespace and the published ports, and does nothing that could fail. */
  private createEdge({ stack, networks, image, publishedPorts }: TrafficArgs): docker.Container {
    return createPart(
      {
        stack,
        role: "edge",
        node: 1,
        image,
        userId: userIds.proxy,
        memoryMegabytes: 16,
        command: ["sleep", "infinity"],
        network: {
          joined: [attach(networks.service, "edge", 1, "edge"), attach(networks.data, "edge", 1, "edge")],
        },
        publishedPorts: [
          { internal: ports.edgeHttp, external: publishedPorts.http },
          { internal: ports.edgePrimary, external: publishedPorts.database },
          { internal: ports.edgeReplica, external: publishedPorts.databaseRead },
          { internal: ports.edgeObjectStore, external: publishedPorts.objectStore },
        ],
        healthCheck: {
          command: ["test", "-e", "/sys/class/net/eth0"],
          intervalSeconds: 2,
          timeoutSeconds: 2,
          retries: 3,
          startPeriodSeconds: 5,
        },
        stopTimeoutSeconds: stopTimeoutSeconds.edge,
        waitTimeoutSeconds: 30,
      },
      { parent: this },
    );
  }

  /** One after another, so that a new version replaces one while the other serves. */
  private createProxies(args: TrafficArgs, edge: docker.Container): pulumi.Resource[] {
    const proxies: pulumi.Resource[] = [];
    for (let node = 1; node <= counts.proxy; node++) {
      proxies.push(this.createProxy(args, edge, node, proxies.slice(-1)));
    }
    return proxies;
  }

  private createProxy(args: TrafficArgs, edge: docker.Container, node: number, after: pulumi.Resource[]) {
    const names = Array.from({ length: args.appNodes }, (_, index) => networkAlias("app", index + 1));
    return createPart(
      {
        stack: args.stack,
        role: "proxy",
        node,
        image: args.image,
        userId: userIds.proxy,
        memoryMegabytes: 128,
        network: { sharedWith: edge },
        memoryPaths: ["/run/proxy"],
        environment: {
          APP_NODES: names.join(" "),
          DATABASE_NODES: args.databaseNodes.join(" "),
          ASSETS_HOST: `${bucketName}.web`,
          METRICS_PORT: String(ports.proxyMetrics + node - 1),
        },
        healthCheck: {
          command: ["health-check"],
          intervalSeconds: 2,
          timeoutSeconds: 2,
          retries: 3,
          startPeriodSeconds: 5,
        },
        stopTimeoutSeconds: stopTimeoutSeconds.proxy,
        waitTimeoutSeconds: 30,
      },
      { parent: this, dependsOn: after },
    );
  }
}
