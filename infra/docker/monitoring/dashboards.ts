import * as pulumi from "@pulumi/pulumi";
import { memoryLimits, ports, stopTimeoutSeconds, userIds } from "../../topology.ts";
import { createSidePart } from "../container/container.ts";
import { LocalImage } from "../container/image.ts";
import { attach, type Networks } from "../networks.ts";

export interface DashboardsArgs {
  stack: string;
  networks: Networks;
  publishedPort: number;
  after: pulumi.Resource[];
}

/** Grafana with the dashboards of infra/docker/images/dashboards: for reading only, by whoever is at this machine. */
export class Dashboards extends pulumi.ComponentResource {
  /** On this machine. */
  readonly url: string;

  constructor(name: string, args: DashboardsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Dashboards", name, {}, options);

    this.url = `http://127.0.0.1:${args.publishedPort}`;
    // Built only if enabled: its base image is not available on every network.
    const source = { context: "infra/docker/images/dashboards", dockerfile: "Dockerfile", files: ["**"] };
    const image = new LocalImage("dashboards", { imageName: "dashboards", source }, { parent: this });
    createSidePart(
      {
        stack: args.stack,
        role: "dashboards",
        node: 1,
        image: image.digest,
        userId: userIds.dashboards,
        memoryMegabytes: memoryLimits.dashboards,
        networks: [attach(args.networks.service, "dashboards", 1)],
        memoryPaths: ["/var/lib/grafana", "/tmp"],
        environment: {
          GF_AUTH_ANONYMOUS_ENABLED: "true",
          GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
          GF_AUTH_DISABLE_LOGIN_FORM: "true",
          GF_ANALYTICS_REPORTING_ENABLED: "false",
          GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
          GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
          GF_PLUGINS_PREINSTALL_DISABLED: "true",
          GF_NEWS_NEWS_FEED_ENABLED: "false",
          GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: "/etc/capstone/dashboards/overview.json",
          GF_LOG_LEVEL: "warn",
        },
        publishedPorts: [{ internal: ports.dashboards, external: args.publishedPort }],
        healthCheck: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${ports.dashboards}/api/health`],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 120,
        stopTimeoutSeconds: stopTimeoutSeconds.monitoring,
      },
      { parent: this, dependsOn: args.after },
    );

    this.registerOutputs({ url: this.url });
  }
}
