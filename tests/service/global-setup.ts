import type { TestProject } from "vitest/node";
import { type Backends, removeContainers, startBackends } from "./support/containers.ts";
import { migrateTemplate } from "./support/databases.ts";

declare module "vitest" {
  interface ProvidedContext {
    backends: Backends;
  }
}

/** One Postgres and one Garage for all files; each file gets a database of its own. */
export async function setup(project: TestProject): Promise<void> {
  const backends = await startBackends();
  await migrateTemplate(backends);
  project.provide("backends", backends);
}

export async function teardown(): Promise<void> {
  await removeContainers();
}
