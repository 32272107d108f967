import * as pulumi from "@pulumi/pulumi";
import { memoryLimits, ports, stopTimeoutSeconds, userIds } from "../../topology.ts";
import { createSidePart } from "../container/container.ts";
import { createDataVolume } from "../container/data-volume.ts";
import { SecretFiles } from "../container/secret-files.ts";
import { attach, type Networks } from "../networks.ts";
import type { Secrets } from "../secrets.ts";
import { type ScrapedParts, scrapeTargets } from "./scrape-targets.ts";

export interface MetricsArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  parts: ScrapedParts;
  retentionDays: number;
  publishedPort: number;
  after: pulumi.Resource[];
}

/** Prometheus: scrapes every part, keeps the metrics, evaluates the alert rules and serves the dashboards' page. */
export class Metrics extends pulumi.ComponentResource {
  /** On this machine. */
  readonly url: string;
  /** The page of infra/docker/images/metrics/pages/dashboards. */
  readonly dashboardsUrl: string;

  constructor(name: string, args: MetricsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Metrics", name, {}, options);

    this.url = `http://127.0.0.1:${args.publishedPort}`;
    this.dashboardsUrl = `${this.url}/user/dashboards`;
    this.createContainer(args, this.createFiles(args));

    this.registerOutputs({ url: this.url, dashboardsUrl: this.dashboardsUrl });
  }

  /** New targets are read while it runs. */
  private createFiles({ stack, baseImage, secrets, parts }: MetricsArgs): SecretFiles {
    return new SecretFiles(
      "metrics-secrets",
      {
        stack,
        role: "metrics-secrets",
        image: baseImage,
        userId: userIds.metrics,
        pepper: secrets.pepper,
        secrets: { "object-store-admin-token": secrets.objectStore.adminToken },
        settings: scrapeTargets(parts),
      },
      { parent: this },
    );
  }

  private createContainer(args: MetricsArgs, files: SecretFiles): void {
    const { stack, networks, image, retentionDays, publishedPort, after } = args;
    const volume = createDataVolume(stack, "metrics", 1, { parent: this });
    createSidePart(
      {
        stack,
        role: "metrics",
        node: 1,
        image,
        userId: userIds.metrics,
        memoryMegabytes: memoryLimits.metrics,
        // It scrapes parts in all three networks; only this machine can reach it.
        networks: [networks.service, networks.data, networks.cluster].map((network) =>
          attach(network, "metrics", 1),
        ),
        volume: { name: volume.name, path: "/var/lib/metrics" },
        secretFiles: files,
        environment: {
          STACK: stack,
          RETENTION_DAYS: String(retentionDays),
          GOMEMLIMIT: "96MiB",
          GOGC: "50",
        },
        publishedPorts: [{ internal: ports.metrics, external: publishedPort }],
        healthCheck: ["health-check"],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 60,
        stopTimeoutSeconds: stopTimeoutSeconds.monitoring,
      },
      { parent: this, dependsOn: after },
    );
  }
}
