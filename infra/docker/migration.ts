import * as pulumi from "@pulumi/pulumi";
import { SecretFiles } from "./container/secret-files.ts";
import { secretsIntoEnvironment } from "./container/secrets-to-environment.ts";
import type { Networks } from "./networks.ts";
import { type GivenToService, givenToMigration, type ServiceSettings } from "./service-settings.ts";
import { Job } from "./steps/job.ts";

export interface MigrationArgs extends ServiceSettings {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  /** The service's. */
  command: string[];
  /** The job runs again when this changes, or a secret of it. */
  hash: string;
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

    const given = givenToMigration(args);
    this.job = this.createJob(args, given, this.createSecretFiles(args, given));
    this.newest = this.job.result.apply(newestMigration);

    this.registerOutputs({ newest: this.newest });
  }

  private createSecretFiles({ stack, baseImage, service, secrets }: MigrationArgs, given: GivenToService) {
    return new SecretFiles(
      "migration-secrets",
      {
        stack,
        role: "migration-secrets",
        image: baseImage,
        userId: service.user,
        pepper: secrets.pepper,
        secrets: given.secrets,
      },
      { parent: this },
    );
  }

  private createJob(args: MigrationArgs, given: GivenToService, files: SecretFiles): Job {
    const { stack, networks, image, service, secrets } = args;
    return new Job(
      "migration",
      {
        stack,
        role: "migration",
        image,
        userId: service.user,
        ...this.run(args, given),
        memoryMegabytes: service.memoryMegabytes,
        memoryPaths: service.writablePaths,
        networks: [networks.service.name],
        secretFiles: files,
        environment: given.environment,
        timeoutSeconds: 300,
        triggers: { migrations: args.hash, secrets: files.version, login: secrets.applicationLogin },
      },
      { parent: this, dependsOn: args.after },
    );
  }

  /** In place of what the image runs by itself, as on AWS. */
  private run(
    { service: { secretsAs }, command: [program = "", ...rest] }: MigrationArgs,
    given: GivenToService,
  ) {
    if (secretsAs === "files") return { entrypoint: [program], command: rest };
    return { entrypoint: secretsIntoEnvironment(Object.keys(given.secrets)), command: [program, ...rest] };
  }
}

/** The last line says it, alone or as JSON; a resource graph, drawn without an engine, has a reference in its place. */
function newestMigration(line: string): string {
  return line.startsWith("{") ? (JSON.parse(line) as { newest: string }).newest : line.trim();
}
