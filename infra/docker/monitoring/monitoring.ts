import * as pulumi from "@pulumi/pulumi";
import type { MonitoringSettings } from "../../configuration/monitoring.ts";
import type { MonitoringOutput } from "../../contract.ts";
import type { Images } from "../container/images.ts";
import type { Networks } from "../networks.ts";
import type { Secrets } from "../secrets.ts";
import { Alerts } from "./alerts.ts";
import { Dashboards } from "./dashboards.ts";
import { Exporters } from "./exporters.ts";
import { Metrics } from "./metrics.ts";
import type { ScrapedParts } from "./scrape-targets.ts";

export interface MonitoringArgs extends MonitoringSettings {
  stack: string;
  networks: Networks;
  images: Images;
  secrets: Secrets;
  parts: ScrapedParts;
  signingKeyGeneration: number;
  /** What has to be there first, so that a stack that is being created raises no alert. */
  after: pulumi.Resource[];
}

/**
 * Monitoring: metrics with their dashboards, alerts, exporters and, if enabled, Grafana. The service does not need it:
 * nothing waits for it, and its failure does not fail a deployment.
 */
export class Monitoring extends pulumi.ComponentResource {
  readonly urls: MonitoringOutput;

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Monitoring", name, {}, options);

    const { stack, networks, images, secrets, after } = args;
    const common = { stack, networks, secrets, baseImage: images.base, after };
    const child = { parent: this };
    const metrics = new Metrics(
      "metrics",
      {
        ...common,
        image: images.metrics.digest,
        parts: args.parts,
        retentionDays: args.metricsRetentionDays,
        publishedPort: args.metricsPort,
      },
      child,
    );
    const alerts = new Alerts(
      "alerts",
      {
        ...common,
        image: images.alerts.digest,
        receivers: args.receivers,
        publishedPort: args.alertsPort,
      },
      child,
    );
    new Exporters(
      "exporters",
      { ...common, image: images.exporter.digest, signingKeyGeneration: args.signingKeyGeneration },
      child,
    );
    const grafana = args.dashboards
      ? new Dashboards("dashboards", { stack, networks, publishedPort: args.dashboardsPort, after }, child)
      : undefined;
    this.urls = {
      metricsUrl: metrics.url,
      alertsUrl: alerts.url,
      dashboardsUrl: grafana?.url ?? metrics.dashboardsUrl,
    };

    this.registerOutputs({ urls: this.urls });
  }
}
