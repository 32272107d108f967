import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { beforeAll, describe, expect, it } from "vitest";
import { type Account, ask, load, png, signUp } from "./client.ts";
import {
  command,
  container,
  docker,
  mustSucceed,
  type Outputs,
  query,
  readOutputs,
  run,
  runningContainers,
} from "./support.ts";

let outputs: Outputs;
beforeAll(async () => {
  outputs = await readOutputs();
});

/** Before the rotation, and before the deletion that the restore takes back. */
let earlier: { account: Account; moment: string };

/** Of the roles whose passwords never leave the database's containers and the migration's. */
const internalFiles = ["superuser", "replication", "rewind", "owner", "patroni"].map(
  (name) => `${name}-password`,
);

async function internalPasswords(): Promise<string[]> {
  const files = internalFiles.map((name) => `/run/secrets/${name}`);
  // None of them ends in a line feed.
  const listing = `for file in ${files.join(" ")}; do cat $file; echo; done`;
  return (await docker("exec", container("database", 1), "sh", "-c", listing)).split("\n");
}

/** Whether a role logs in over the cluster's network with this password. */
async function logsIn(role: string, password: string): Promise<boolean> {
  const url = `host=database-2.cluster user=${role} password=${password} dbname=postgres connect_timeout=5`;
  return (
    (await run("docker", ["exec", container("database", 1), "psql", url, "--command=select 1"])).exitCode ===
    0
  );
}

async function expectRefused(databaseUrl: string): Promise<void> {
  const old = postgres(databaseUrl, { max: 1, connect_timeout: 5, fetch_types: false });
  await expect(old`select 1`).rejects.toThrow(/password authentication failed|not permitted to log in/);
  await old.end();
}

describe("rotating every secret of the service", () => {
  it("fails no request, logs nobody out, and ends what was before", async () => {
    const account = await signUp(outputs.apiUrl);
    await sleep(1_000);
    earlier = { account, moment: new Date().toISOString() };
    await sleep(1_000);
    const keyFile = ["exec", container("app", 1), "cat", "/run/secrets/object-store-access-key"];
    const keyBefore = await docker(...keyFile);
    const internalBefore = await internalPasswords();
    const traffic = load(outputs.apiUrl, account, 30);
    const rotated = await command("rotate", ["all"]);
    const { sent, failures } = await traffic.stop();
    await mustSucceed(Promise.resolve(rotated));
    console.log(
      `${rotated.stdout}rotated in ${rotated.durationMs} ms: ${sent} requests, ${failures.length} failed`,
    );
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(200);

    // The session of before still holds, and uploads are taken with the new key.
    const avatar = await ask(`${outputs.apiUrl}/api/v1/me/avatar`, {
      method: "PUT",
      body: png(),
      token: account.accessToken,
      headers: { "content-type": "image/png" },
    });
    expect(avatar.status).toBe(200);

    // The old login and the old key open nothing any more.
    await expectRefused(outputs.databaseUrl);
    const now = await readOutputs();
    expect(now.databaseUrl).not.toBe(outputs.databaseUrl);
    const keyNow = await docker(...keyFile);
    expect(keyNow).not.toBe(keyBefore);
    const listing = `printf 'authorization: Bearer %s' "$(cat /run/secrets/object-store-admin-token)" |
      curl --silent --fail --header @- http://127.0.0.1:3903/v2/ListKeys`;
    const known = await docker("exec", container("object-store", 1), "bash", "-c", listing);
    expect(known).toContain(keyNow);
    expect(known).not.toContain(keyBefore);
    const internalNow = await internalPasswords();
    expect(internalNow.filter((password) => internalBefore.includes(password))).toEqual([]);
    for (const [index, role] of ["postgres", "rewinder"].entries()) {
      expect(await logsIn(role, internalNow[index * 2] ?? ""), role).toBe(true);
      expect(await logsIn(role, internalBefore[index * 2] ?? ""), role).toBe(false);
    }
    // The replica streams with the new password, and Patroni takes its new one.
    const primary = (await query(1, "select pg_is_in_recovery()")) === "f" ? 1 : 2;
    const streams = () => query(primary, "select string_agg(sync_state, '') from pg_stat_replication");
    await expect.poll(streams).toBe("sync");
    await mustSucceed(command("preview", ["--expect-no-changes"]));
  });

  it("what is not known is refused", async () => {
    const refused = await command("rotate", ["everything"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      'What to rotate is "everything"; allowed are database, signing, object-store, internal, all, one or more.',
    );
    expect(
      await query(1, "select count(*) from pg_roles where rolname ~ '^capstone(_[0-9]+)?$' and rolcanlogin"),
    ).toBe("1");
  });
});

describe("a restore to a moment before a deletion and a rotation", () => {
  it("takes the deletion back, keeps the new secrets, and changes nothing of what the stack consists of", async () => {
    const primary = (await query(1, "select pg_is_in_recovery()")) === "f" ? 1 : 2;
    const before = await runningContainers();
    await query(primary, "delete from accounts");
    const restored = await mustSucceed(command("restore", ["--to", earlier.moment, "--yes"]));
    console.log(restored.stdout);
    expect(restored.stdout).toMatch(/accounts 0 → [1-9]\d*/);
    const page = await ask(`${outputs.apiUrl}/api/v1/users/${earlier.account.handle}`);
    expect(page.status).toBe(200);
    await signUp(outputs.apiUrl);
    await expectRefused(outputs.databaseUrl);
    expect(await runningContainers()).toEqual(before);
  });
});
