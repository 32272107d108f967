import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { ask, newPerson } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { newDeployment, settingsOf } from "./support/nodes.ts";
import { freePort, type Program, startService } from "./support/processes.ts";

let service: Program | undefined;

afterEach(async () => {
  service?.signal("SIGKILL");
  await service?.ended;
});

test("told to stop, a node says so, fails nobody, finishes what it has begun, and ends with status 0", async () => {
  const deployment = await newDeployment();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  service = startService(settingsOf(deployment, "app-1"), port);
  const healthy = () =>
    ask(url, "GET /health").then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(healthy, { timeout: 20_000, interval: 100 }).toBe(200);
  const person = await newPerson(url);

  // A post that has to wait: someone else holds its key for three seconds.
  const outside = superuser(deployment.databaseName);
  const key = randomUUID();
  const blocker = outside.begin(async (transaction) => {
    await transaction`insert into idempotency_keys (scope, key, fingerprint, status, response)
      values (${person.id}, ${key}, '', 0, '{}')`;
    await sleep(3_500);
    throw new Error("nobody took it");
  });
  blocker.catch(() => {});
  await sleep(300);
  const held = ask(url, "POST /api/v1/me/posts", {
    token: person.token,
    json: { body: "begun before the end" },
    headers: { "idempotency-key": key },
  });
  await sleep(300);

  service.signal("SIGTERM");
  const toldAt = performance.now();
  await expect.poll(healthy, { interval: 20 }).toBe(503);
  const statuses: number[] = [];
  while (performance.now() - toldAt < 1_700) {
    const reply = await ask(url, `GET /api/v1/users/${person.handle}`);
    statuses.push(reply.status);
    expect(reply.headers.get("connection")).toBe("close");
  }
  expect(statuses.length).toBeGreaterThan(20);
  expect(new Set(statuses)).toEqual(new Set([200]));

  expect((await held).status).toBe(201);
  expect(performance.now() - toldAt).toBeGreaterThan(2_000);
  expect(await service.ended).toBe(0);
  expect(service.output).toContain("drained");
  await outside.end();
});

test("a node that cannot be set up says all that is wrong at once, shows no secret, and ends with status 1", async () => {
  const settings = settingsOf(await newDeployment(), "app 1!");
  const { objectStore } = settings;
  service = startService(
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
