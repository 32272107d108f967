import { readConfiguration } from "./configuration.ts";
import type { Deployment } from "./contract.ts";

const configuration = readConfiguration();

// The other target's SDK takes a second to load, so only the one in use is imported.
const deployment: Deployment =
  configuration.target === "docker"
    ? await (await import("../stacks/docker.ts")).deploy(configuration)
    : await (await import("../stacks/aws.ts")).deploy(configuration);

export const {
  target,
  apiUrl,
  healthUrl,
  databaseUrl,
  databaseReadUrl,
  assetsUrl,
  bucketName,
  objectStoreEndpoint,
  appNodes,
  migration,
  monitoring,
  release,
} = deployment;
