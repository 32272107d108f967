import * as pulumi from "@pulumi/pulumi";
import { migrationsHash } from "../release.ts";
import { database, ports, secretsDirectory, userIds } from "../topology.ts";
import { SecretFiles } from "./container/secret-files.ts";
import type { Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";
import { Job } from "./steps/job.ts";

export interface MigrationArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  /** The job needs a database that it can reach. */
  after: pulumi.Resource[];
}

/**
 * The gate of every deployment: brings the schema to the newest migration before any new application node. It runs
 * when a migration or a password changed; when it fails, the nodes that run keep running.
 */
export class Migration extends pulumi.ComponentResource {
  readonly job: Job;
  /** The newest migration that is applied. */
  readonly newest: pulumi.Output<string>;

  constructor(name: string, args: MigrationArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Migration", name, {}, options);

    const files = this.createSecretFiles(args);
    this.job = this.createJob(args, files);
    this.newest = this.job.result.apply(newestMigration);

    this.registerOutputs({ newest: this.newest });
  }

  private createSecretFiles({ stack, baseImage, secrets }: MigrationArgs): SecretFiles {
    return new SecretFiles(
      "migration-secrets",
      {
        stack,
        role: "migration-secrets",
        image: baseImage,
        userId: userIds.app,
        pepper: secrets.pepper,
        secrets: {
          "database-password": secrets.ownerPassword,
          "application-password": secrets.applicationPassword,
        },
      },
      { parent: this },
    );
  }

  private createJob({ stack, networks, image, secrets, after }: MigrationArgs, files: SecretFiles): Job {
    return new Job(
      "migration",
      {
        stack,
        role: "migration",
        image,
        userId: userIds.app,
        command: ["node", "migrations/run.ts"],
        networks: [networks.service.name],
        secretFiles: files,
        environment: {
          DATABASE_URL: `postgresql://${database.ownerUser}@edge:${ports.edgePrimary}/${database.name}`,
          APPLICATION_LOGIN: secrets.applicationLogin,
          SECRETS_DIRECTORY: secretsDirectory,
        },
        timeoutSeconds: 300,
        triggers: {
          migrations: migrationsHash(),
          secrets: files.version,
          login: secrets.applicationLogin,
        },
      },
      { parent: this, dependsOn: after },
    );
  }
}

/** The runner's last line says it; a resource graph, drawn without an engine, has a reference in its place. */
function newestMigration(line: string): string {
  return line.startsWith("{") ? (JSON.parse(line) as { newest: string }).newest : line;
}
