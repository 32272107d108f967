import { RunError } from "@pulumi/pulumi";
import { readConfiguration } from "../infra/configuration/configuration.ts";
import type { Deployment } from "../infra/contract.ts";
import { PersonError } from "../infra/errors.ts";

// Pulumi makes a stack trace for every resource and has each looked up in source maps. What runs here is the source
// itself, and without that search a preview takes a fifth less of the processor.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The program: reads the config, deploys its target and exports what the contract names. */
async function deploy(): Promise<Deployment> {
  const configuration = readConfiguration();
  // The other target's SDK takes a second to load, so only the one in use is imported.
  return configuration.target === "docker"
    ? (await import("./docker.ts")).deploy(configuration)
    : (await import("./aws.ts")).deploy(configuration);
}

const deployment = await deploy().catch((error: unknown) => {
  // Of a RunError, Pulumi shows the message alone.
  throw error instanceof PersonError ? new RunError(error.message) : error;
});

export const {
  target,
  apiUrl,
  healthUrl,
  databaseUrl,
  databaseReadUrl,
  ownerDatabaseUrl,
  assetsUrl,
  bucketName,
  objectStoreEndpoint,
  objectStoreUrl,
  appNodes,
  importTask,
  service,
  migration,
  monitoring,
  release,
} = deployment;
