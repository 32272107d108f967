import { afterEach, expect, inject, test } from "vitest";
import { png } from "../unit/app/images.ts";
import { ask, newPerson } from "./support/client.ts";
import { databaseLog } from "./support/containers.ts";
import { superuser } from "./support/databases.ts";
import { newDeployment, settingsOf } from "./support/nodes.ts";
import { type Program, startService } from "./support/processes.ts";

let service: Program | undefined;

afterEach(async () => {
  service?.signal("SIGKILL");
  await service?.ended;
});

test("no secret is in the service's log, however much it logs, nor in the database's", async () => {
  const { database, objectStore } = inject("backends");
  const deployment = await newDeployment();
  const started = await startService(settingsOf(deployment, "app-1"), "trace");
  const { url } = started;
  service = started.service;
  await expect.poll(async () => (await ask(url, "GET /health")).status).toBe(200);

  const person = await newPerson(url);
  const { token, refreshToken, handle, password } = person;
  await ask(url, "POST /api/v1/sessions", { json: { handle, password: "a-wrong-password-123" } });
  await ask(url, "POST /api/v1/sessions", { json: { handle, password, oops: "a-misplaced-secret-456" } });
  await ask(url, "POST /api/v1/users", { json: { handle, email: person.email, password } });
  const rotated = await ask(url, "POST /api/v1/sessions/refresh", { json: { refreshToken } });
  await ask(url, "GET /api/v1/me", { token: `${token}x` });
  await ask(url, "PUT /api/v1/me/avatar", { token, bytes: png() });
  await ask(url, "POST /api/v1/me/posts", { token, json: { body: "hello" } });
  // Errors are logged too: one that is the server's, and lost connections.
  const outside = superuser(deployment.databaseName);
  await outside`alter table posts rename to posts_elsewhere`;
  expect((await ask(url, "POST /api/v1/me/posts", { token, json: { body: "hello again" } })).status).toBe(
    500,
  );
  await outside`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'capstone app-1'`;
  await ask(url, "GET /api/v1/me", { token });
  service.signal("SIGTERM");
  expect(await service.ended).toBe(0);
  await outside.unsafe("select 'the last of this test'");
  await outside.end();

  const spoken = {
    password,
    token,
    refreshToken,
    "the wrong password": "a-wrong-password-123",
    "the misplaced secret": "a-misplaced-secret-456",
    "the new access token": rotated.body.accessToken as string,
    "the new refresh token": rotated.body.refreshToken as string,
  };
  const configured = {
    "the application's database password": database.applicationPassword,
    "the owner's database password": database.ownerPassword,
    "the object store's secret key": objectStore.secretKey,
    "the first signing key": deployment.seeds.seeds.get("1")?.toString("base64") ?? "",
    "the second signing key": deployment.seeds.seeds.get("2")?.toString("base64") ?? "",
  };
  expect(service.output).toContain("request failed");
  for (const [what, secret] of Object.entries({ ...spoken, ...configured })) {
    expect(secret.length).toBeGreaterThan(15);
    expect(service.output.includes(secret), `${what} is in the service's log`).toBe(false);
  }
  // It logs every statement with its parameters, and every change of a role.
  await expect.poll(() => databaseLog(database.container)).toContain("'the last of this test'");
  const log = await databaseLog(database.container);
  expect(log.includes("= 'hello'")).toBe(true);
  expect(/(create|alter) role "capstone" with login password 'SCRAM-SHA-256\$4096:/.test(log)).toBe(true);
  for (const [what, secret] of Object.entries({ ...spoken, ...configured })) {
    expect(log.includes(secret), `${what} is in the database's log`).toBe(false);
  }
});
