import * as pulumi from "@pulumi/pulumi";
import type { AlertReceivers } from "../../configuration/monitoring.ts";
import { memoryLimits, ports, stopTimeoutSeconds, userIds } from "../../topology.ts";
import { createSidePart } from "../container/container.ts";
import { createDataVolume } from "../container/data-volume.ts";
import { SecretFiles } from "../container/secret-files.ts";
import { attach, type Networks } from "../networks.ts";
import type { Secrets } from "../secrets.ts";

export interface AlertsArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  receivers: AlertReceivers;
  publishedPort: number;
  after: pulumi.Resource[];
}

/** Alertmanager: keeps Prometheus' alerts and notifies the receivers in config. */
export class Alerts extends pulumi.ComponentResource {
  /** On this machine. */
  readonly url: string;

  constructor(name: string, args: AlertsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Alerts", name, {}, options);

    this.url = `http://127.0.0.1:${args.publishedPort}`;
    this.createContainer(args, this.createFiles(args));

    this.registerOutputs({ url: this.url });
  }

  private createFiles({ stack, baseImage, secrets, receivers }: AlertsArgs): SecretFiles {
    const { webhookUrl, slackUrl, email } = receivers;
    return new SecretFiles(
      "alerts-secrets",
      {
        stack,
        role: "alerts-secrets",
        image: baseImage,
        userId: userIds.alerts,
        pepper: secrets.pepper,
        secrets: {
          ...(webhookUrl ? { "alert-webhook-url": webhookUrl } : {}),
          ...(slackUrl ? { "alert-slack-url": slackUrl } : {}),
          ...(email?.password ? { "alert-smtp-password": email.password } : {}),
        },
      },
      { parent: this },
    );
  }

  private createContainer(args: AlertsArgs, files: SecretFiles): void {
    const { stack, networks, image, receivers, publishedPort, after } = args;
    const volume = createDataVolume(stack, "alerts", 1, { parent: this });
    createSidePart(
      {
        stack,
        role: "alerts",
        node: 1,
        image,
        userId: userIds.alerts,
        memoryMegabytes: memoryLimits.alerts,
        networks: [attach(networks.service, "alerts", 1)],
        volume: { name: volume.name, path: "/var/lib/alerts" },
        secretFiles: files,
        memoryPaths: ["/run/alerts"],
        environment: { ...receiverEnvironment(receivers), GOMEMLIMIT: "40MiB" },
        publishedPorts: [{ internal: ports.alerts, external: publishedPort }],
        healthCheck: ["health-check"],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 60,
        stopTimeoutSeconds: stopTimeoutSeconds.monitoring,
      },
      { parent: this, dependsOn: after },
    );
  }
}

/** Which files of infra/docker/images/alerts/receivers are used, and what is filled in. */
function receiverEnvironment({ webhookUrl, slackUrl, email }: AlertReceivers): Record<string, string> {
  const names = [
    ...(webhookUrl ? ["webhook"] : []),
    ...(slackUrl ? ["slack"] : []),
    ...(email ? ["email"] : []),
  ];
  if (!email) return { RECEIVERS: names.join(" ") };
  return {
    RECEIVERS: names.join(" "),
    EMAIL_TO: email.to,
    EMAIL_FROM: email.from,
    EMAIL_SMTP: email.server,
    EMAIL_TLS: String(email.requireTls),
    EMAIL_USER: email.user ?? "",
  };
}
