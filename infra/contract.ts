import type { Input, Output } from "@pulumi/pulumi";
import type { OneOffTask } from "./aws/delivery/one-off-task.ts";

/** The addresses of monitoring; null where it is not deployed. */
export interface MonitoringOutput {
  metricsUrl: string | null;
  alertsUrl: string | null;
  dashboardsUrl: string | null;
}

/** Where and as what an import runs, and the bucket that its file is brought to. */
export interface ImportTaskOutput extends OneOffTask {
  bucketName: string;
}

/** The version that is running. `image` is a content digest or content-addressed tag, `commit` a git hash. */
export interface ReleaseOutput {
  image: string;
  commit: string;
}

/**
 * What every target returns and the stack exports, under these names and no others.
 * `outputs.schema.json` says the same for those who read the outputs as JSON; a test holds the two together.
 */
export interface Deployment {
  target: "docker" | "aws";
  /** Where clients go, without a trailing slash. */
  apiUrl: Input<string>;
  /** For health checks: `apiUrl` with the service's path, `/health` unless it declares another. */
  healthUrl: Input<string>;
  /** The primary database. Secret. */
  databaseUrl: Output<string>;
  /** Any healthy database node, for reads. Secret. */
  databaseReadUrl: Output<string>;
  /**
   * How the owner of the schema finds the database, for what changes schemas, as the import does. Where the password is
   * kept elsewhere, `passwordSecret` names the secret that has it. Secret.
   */
  ownerDatabaseUrl: Output<string>;
  /** Public address of uploaded objects, without a trailing slash. */
  assetsUrl: Input<string>;
  bucketName: Input<string>;
  /** The S3 endpoint that holds the bucket. */
  objectStoreEndpoint: Input<string>;
  /** The bucket with its region and, where it takes other credentials than the person's own, those. Secret. */
  objectStoreUrl: Output<string>;
  /** Names of the application nodes. */
  appNodes: Input<Input<string>[]>;
  /** What an import runs as; null where it runs on the machine of whoever starts it. */
  importTask: Input<ImportTaskOutput | null>;
  /** The name of the service that is deployed, as it declares itself. */
  service: Input<string>;
  /** The newest migration that this deployment applied or found applied. */
  migration: Input<string>;
  monitoring: Input<{ [name in keyof MonitoringOutput]: Input<string | null> }>;
  release: Input<{ [name in keyof ReleaseOutput]: Input<string> }>;
}
