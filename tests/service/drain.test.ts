import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { ask, newPerson } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { newDeployment, settingsOf } from "./support/nodes.ts";
import { type Program, runService, startService } from "./support/processes.ts";

let service: Program | undefined;

afterEach(async () => {
  service?.signal("SIGKILL");
  await service?.ended;
});

test("told to stop, a node says so, fails nobody, finishes what it has begun, and ends with status 0", async () => {
  const deployment = await newDeployment();
  const started = await startService(settingsOf(deployment, "app-1"));
  const { url } = started;
  service = started.service;
  const health = async () => (await ask(url, "GET /health")).status;
  await expect.poll(health).toBe(200);
  const person = await newPerson(url);

  // A post that has to wait: someone else holds its key.
  const outside = superuser(deployment.databaseName);
  const key = randomUUID();
  const holder = await outside.reserve();
  await holder`begin`;
  await holder`insert into idempotency_keys (scope, key, fingerprint, status, response)
    values (${person.id}, ${key}, '', 0, '{}')`;
  const held = ask(url, "POST /api/v1/me/posts", {
    token: person.token,
    json: { body: "begun before the end" },
    headers: { "idempotency-key": key },
  });
  const waiting = "datname = current_database() and wait_event_type = 'Lock'";
  await expect
    .poll(async () => (await outside.unsafe(`select from pg_stat_activity where ${waiting}`)).length)
    .toBe(1);

  const toldAt = performance.now();
  service.signal("SIGTERM");
  await expect.poll(health, { interval: 20 }).toBe(503);
  // It serves whoever comes until it takes no more connections, and that is not before proxies have noticed.
  let served = 0;
  for (;;) {
    const reply = await ask(url, `GET /api/v1/users/${person.handle}`).catch(() => undefined);
    if (!reply) break;
    expect(reply.status).toBe(200);
    expect(reply.headers.get("connection")).toBe("close");
    served++;
  }
  expect(performance.now() - toldAt).toBeGreaterThan(2_000);
  expect(served).toBeGreaterThan(0);

  await holder`rollback`;
  holder.release();
  expect((await held).status).toBe(201);
  expect(await service.ended).toBe(0);
  expect(service.output).toContain("drained");
  await outside.end();
});

test("a node that cannot be set up says all that is wrong at once, shows no secret, and ends with status 1", async () => {
  const settings = settingsOf(await newDeployment(), "app 1!");
  const { objectStore } = settings;
  service = runService(
    { ...settings, objectStore: { ...objectStore, bucket: "B", assetsUrl: "ftp://x" } },
    70_000,
  );
  expect(await service.ended).toBe(1);
  const lines = service.output.trim().split("\n");
  expect(lines).toEqual([
    'NODE_NAME is "app 1!"; allowed is a name of letters, digits, dots and hyphens.',
    'PORT is "70000"; allowed is a whole number from 1 to 65535.',
    "ASSETS_URL is no address of the form https://HOST/PATH.",
    'OBJECT_STORE_BUCKET is "B"; allowed is a bucket\'s name.',
  ]);
});
