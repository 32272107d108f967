import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../configuration/service.ts";
import { networkAlias, partLabels, partName } from "../naming.ts";
import {
  bucketName,
  counts,
  cpuSharesOfFailover,
  memoryLimits,
  ports,
  type Role,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import { createPart } from "./container/container.ts";
import { attach, type Networks } from "./networks.ts";
import { serviceForProxies } from "./service-for-proxies.ts";

export interface TrafficArgs {
  stack: string;
  service: Service;
  networks: Networks;
  images: { edge: pulumi.Input<string>; proxy: pulumi.Input<string> };
  appNodes: number;
  databaseNodes: string[];
  /** The port of each front door on 127.0.0.1. */
  publishedPorts: { http: number; database: number; databaseRead: number; objectStore: number };
}

const edgeDirectory = "/run/edge";
/** What it was called while the edge was an HAProxy: the proxies of a stack from then look for it here. */
const edgeSocket = `${edgeDirectory}/admin.sock`;

/**
 * One published address with no single process behind it. The edge has the published ports, opens the listening sockets
 * and does nothing else, so that no release has to replace it. Two proxies take the sockets over and accept from one
 * queue. When one of them dies, hangs or is replaced, the next connection goes to the other.
 */
export class Traffic extends pulumi.ComponentResource {
  readonly proxies: pulumi.Resource[];

  constructor(name: string, args: TrafficArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Traffic", name, {}, options);

    const handover = this.createHandover(args);
    const edge = this.createEdge(args, handover);
    this.proxies = this.createProxies(args, handover, edge);

    this.registerOutputs();
  }

  /** Memory shared by the edge and the proxies, for the socket that hands the listeners over. */
  private createHandover({ stack }: TrafficArgs): docker.Volume {
    return new docker.Volume(
      "edge",
      {
        name: partName(stack, "edge"),
        driver: "local",
        driverOpts: {
          type: "tmpfs",
          device: "tmpfs",
          o: `uid=${userIds.proxy},gid=${userIds.proxy},mode=0700,size=1m`,
        },
        labels: Object.entries(partLabels(stack, "edge", 1)).map(([label, value]) => ({ label, value })),
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  /** Whatever differs here from one release to the next costs the published ports for a second. */
  private createEdge(args: TrafficArgs, handover: docker.Volume): pulumi.Resource {
    const { publishedPorts } = args;
    return createPart(
      {
        ...this.shared(args, "edge", 1, handover),
        environment: {
          EDGE_SOCKET: edgeSocket,
          PORTS: [
            ports.edgeHttp,
            ports.edgePrimary,
            ports.edgeReplica,
            ports.edgeObjectStore,
            ports.edgeAnswers,
          ].join(" "),
        },
        publishedPorts: [
          { internal: ports.edgeHttp, external: publishedPorts.http },
          { internal: ports.edgePrimary, external: publishedPorts.database },
          { internal: ports.edgeReplica, external: publishedPorts.databaseRead },
          { internal: ports.edgeObjectStore, external: publishedPorts.objectStore },
        ],
      },
      { parent: this },
    );
  }

  /** One after the other, so that a new version replaces one proxy while the other serves. */
  private createProxies(
    args: TrafficArgs,
    handover: docker.Volume,
    edge: pulumi.Resource,
  ): pulumi.Resource[] {
    const proxies: pulumi.Resource[] = [edge];
    for (let node = 1; node <= counts.proxy; node++) {
      const proxy = createPart(
        {
          ...this.shared(args, "proxy", node, handover),
          environment: {
            ...this.environment(args),
            ADMIN_SOCKET: "/run/proxy/admin.sock",
            EDGE_SOCKET: edgeSocket,
            METRICS_PORT: String(ports.proxyMetrics),
          },
          memoryPaths: ["/run/proxy"],
        },
        { parent: this, dependsOn: proxies.slice(-1) },
      );
      proxies.push(proxy);
    }
    return proxies;
  }

  private shared(args: TrafficArgs, role: "edge" | "proxy", node: number, handover: docker.Volume) {
    const { stack, networks, images } = args;
    const aliases = role === "edge" ? ["edge"] : [];
    return {
      stack,
      role,
      node,
      image: images[role],
      userId: userIds.proxy,
      memoryMegabytes: memoryLimits[role],
      cpuShares: cpuSharesOfFailover,
      networks: [
        attach(networks.service, role, node, ...aliases),
        attach(networks.data, role, node, ...aliases),
      ],
      volume: { name: handover.name, path: edgeDirectory },
      healthCheck: ["health-check"],
      startTimeoutSeconds: 30,
      stopTimeoutSeconds: stopTimeoutSeconds[role],
    };
  }

  private environment({ appNodes, databaseNodes, service }: TrafficArgs): Record<string, string> {
    return {
      APP_NODES: nodeNames("app", appNodes),
      ...serviceForProxies(service),
      DATABASE_NODES: databaseNodes.join(" "),
      OBJECT_STORE_NODES: nodeNames("object-store", counts.objectStore),
      ASSETS_HOST: `${bucketName}.web`,
    };
  }
}

/** `app-1 app-2 …`, as the proxy image reads it. */
function nodeNames(role: Role, count: number): string {
  return Array.from({ length: count }, (_, index) => networkAlias(role, index + 1)).join(" ");
}
