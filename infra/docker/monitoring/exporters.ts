import * as pulumi from "@pulumi/pulumi";
import { database, memoryLimits, ports, stopTimeoutSeconds, userIds } from "../../topology.ts";
import { createSidePart } from "../container/container.ts";
import { SecretFiles } from "../container/secret-files.ts";
import { attach, type Networks } from "../networks.ts";
import type { Secrets } from "../secrets.ts";
import { Moment } from "../steps/moment.ts";

export interface ExportersArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  signingKeyGeneration: number;
  after: pulumi.Resource[];
}

/** For what has no metrics of its own: Postgres, on whichever node, and the machine under the containers. */
export class Exporters extends pulumi.ComponentResource {
  constructor(name: string, args: ExportersArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Exporters", name, {}, options);

    const files = this.createFiles(args);
    this.createExporter(args, files, 1, "database", ports.databaseExporter);
    this.createExporter(args, files, 2, "host", ports.hostExporter);

    this.registerOutputs();
  }

  private createFiles({ stack, baseImage, secrets, signingKeyGeneration }: ExportersArgs): SecretFiles {
    const userpass = { username: database.monitorUser, password: secrets.monitorPassword };
    const made = new Moment("signing-key-made", { of: String(signingKeyGeneration) }, { parent: this });
    return new SecretFiles(
      "exporter-secrets",
      {
        stack,
        role: "exporter-secrets",
        image: baseImage,
        userId: userIds.exporter,
        pepper: secrets.pepper,
        secrets: {
          // JSON, which is the YAML that the exporter reads.
          "database-exporter.json": pulumi.jsonStringify({
            auth_modules: {
              monitor: {
                type: "userpass",
                userpass,
                // The network is the stack's own.
                options: { sslmode: "disable", application_name: "exporter", connect_timeout: "3" },
              },
            },
          }),
        },
        settings: {
          "signing-key.prom": pulumi.interpolate`capstone_signing_key_made_timestamp_seconds ${made.seconds}\n`,
        },
      },
      { parent: this },
    );
  }

  private createExporter(
    { stack, networks, image, after }: ExportersArgs,
    files: SecretFiles,
    node: number,
    kind: "database" | "host",
    port: number,
  ): void {
    createSidePart(
      {
        stack,
        role: "exporter",
        node,
        image,
        userId: userIds.exporter,
        memoryMegabytes: memoryLimits.exporter,
        networks: [attach(networks.data, "exporter", node)],
        secretFiles: files,
        command: [kind],
        // Where a drill says that it runs.
        ...(kind === "host" ? { memoryPaths: ["/run/drills"] } : {}),
        environment: { GOMEMLIMIT: "24MiB" },
        healthCheck: ["health-check", String(port)],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 60,
        stopTimeoutSeconds: stopTimeoutSeconds.monitoring,
      },
      { parent: this, dependsOn: after },
    );
  }
}
