import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, inject, test } from "vitest";
import { migrate } from "../../migrations/migrate.ts";
import { ask, expectProblem } from "./support/client.ts";
import { createDatabase, migrationsFolder, ownerLogin } from "./support/databases.ts";
import { LogKeeper, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let node: Node | undefined;

afterEach(() => node?.close());

const healthOf = async (of: Node) => (await ask(of.url, "GET /health")).status;

test("a node whose database has no schema is not ready and says why; once migrated it is", async () => {
  const backends = inject("backends");
  const databaseName = await createDatabase("empty");
  const log = new LogKeeper();
  const settings = settingsOf({ ...(await newDeployment()), databaseName }, "app-1", { logLevel: "info" });
  node = await startNode(settings, log);
  await expect.poll(() => log.text).toContain('relation \\"kysely_migration\\" does not exist');
  expectProblem(await ask(node.url, "GET /health"), 503, "starting");

  await migrate({
    database: ownerLogin(backends, databaseName),
    applicationPassword: backends.database.applicationPassword,
    folder: migrationsFolder,
    budgetMs: 60_000,
    log: () => {},
  });
  await expect.poll(() => healthOf(node as Node)).toBe(200);
});

test("a node whose password is refused is never ready, also not after its patience, and says why", async () => {
  const settings = settingsOf(await newDeployment(), "app-1", { logLevel: "info" });
  const log = new LogKeeper();
  node = await startNode({ ...settings, database: { ...settings.database, password: "wrong" } }, log);
  await expect.poll(() => log.text).toContain("password authentication failed");
  // Its patience of 5 s is over then.
  await sleep(6_500);
  expect(await healthOf(node)).toBe(503);
  expect((await ask(node.url, "GET /health/live")).status).toBe(200);
});

test("a node whose database cannot be reached is ready after five seconds: it serves what it can", async () => {
  const settings = settingsOf(await newDeployment(), "app-1");
  const startedAt = performance.now();
  node = await startNode({ ...settings, database: { ...settings.database, port: 1 } });
  expect(await healthOf(node)).toBe(503);
  await expect.poll(() => healthOf(node as Node)).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(5_000);
  const deep = () => ask((node as Node).url, "GET /health/deep");
  // On a busy machine the object store may not answer a first time.
  await expect
    .poll(async () => (await deep()).body.dependencies[1])
    .toMatchObject({ name: "object-store", state: "up" });
  const { status, body } = await deep();
  expect(status).toBe(503);
  expect(body.dependencies[0]).toMatchObject({ name: "database", state: "down" });
});
