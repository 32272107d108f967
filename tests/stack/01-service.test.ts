import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { type Account, ask, png, signUp } from "./client.ts";
import {
  command,
  container,
  docker,
  mustSucceed,
  type Outputs,
  query,
  readOutputs,
  stack,
} from "./support.ts";

let outputs: Outputs;
let account: Account;

beforeAll(async () => {
  await mustSucceed(command("up"));
  outputs = await readOutputs();
  account = await signUp(outputs.apiUrl);
});

const authorized = (extra: Record<string, string> = {}) => ({ token: account.accessToken, headers: extra });

describe("the stack's outputs", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../infra/outputs.schema.json", import.meta.url), "utf8"),
  );
  const valid = new Ajv2020({ allErrors: true }).compile(schema);

  it("are what the contract's schema says", () => {
    expect(valid(outputs), JSON.stringify(valid.errors)).toBe(true);
  });

  it("are JSON alone on standard output, with secrets masked", async () => {
    const { stdout } = await mustSucceed(command("outputs"));
    const masked = JSON.parse(stdout);
    expect(masked.databaseUrl).toBe("[secret]");
    expect(valid(masked), JSON.stringify(valid.errors)).toBe(true);
  });
});

describe("the service through its published port", () => {
  it("is served by both nodes", async () => {
    const served = new Set<string | null>();
    for (let request = 0; request < 40; request++) {
      served.add(
        (await fetch(outputs.healthUrl, { headers: { connection: "close" } })).headers.get("x-served-by"),
      );
    }
    expect([...served].sort()).toEqual(outputs.appNodes);
  });

  it("answers a post sent twice with its key once, whichever node is asked", async () => {
    const served = new Set<string | null>();
    const posts = new Set<string>();
    for (let attempt = 0; attempt < 12; attempt++) {
      const answer = await ask(`${outputs.apiUrl}/api/v1/me/posts`, {
        body: { body: "sent again and again" },
        ...authorized({ "idempotency-key": "the-same", connection: "close" }),
      });
      expect(answer.status).toBe(201);
      served.add(answer.headers.get("x-served-by"));
      posts.add(answer.body.id);
    }
    expect(posts.size).toBe(1);
    expect(served.size).toBe(2);
    const page = await ask(`${outputs.apiUrl}/api/v1/users/${account.handle}/posts`);
    expect(
      page.body.items.filter((post: { body: string }) => post.body === "sent again and again"),
    ).toHaveLength(1);
  });

  it("keeps an avatar in the object store and serves the very bytes that its address names as a public asset", async () => {
    const stored = await ask(`${outputs.apiUrl}/api/v1/me/avatar`, {
      method: "PUT",
      body: png(),
      ...authorized({ "content-type": "image/png" }),
    });
    expect(stored.status, JSON.stringify(stored.body)).toBe(200);
    expect(stored.body.avatarUrl.startsWith(outputs.assetsUrl)).toBe(true);
    const fetched = await fetch(stored.body.avatarUrl);
    expect(fetched.status).toBe(200);
    expect(fetched.headers.get("content-type")).toBe("image/webp");
    const hash = createHash("sha256")
      .update(Buffer.from(await fetched.arrayBuffer()))
      .digest("hex");
    expect(stored.body.avatarUrl).toContain(`-${hash}.webp`);
  });

  it("shows no metrics to the outside", async () => {
    for (const path of ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/metrics?x", "/METRICS"]) {
      expect((await ask(`${outputs.apiUrl}${path}`)).status, path).toBe(404);
    }
  });

  it("answers 404 for an asset that is not there, and takes no write to the assets", async () => {
    expect((await fetch(`${outputs.assetsUrl}/avatars/none.png`)).status).toBe(404);
    expect((await fetch(`${outputs.assetsUrl}/avatars/none.png`, { method: "PUT", body: "x" })).status).toBe(
      405,
    );
  });
});

describe("the database", () => {
  it("has one primary, and a synchronous standby that streams from it", async () => {
    const members = async () => {
      const answer = await docker(
        ...["exec", container("database", 1), "curl", "--silent", "http://127.0.0.1:8008/cluster"],
      );
      const cluster = JSON.parse(answer) as { members: { role: string; state: string }[] };
      return cluster.members.map(({ role, state }) => `${role} ${state}`).sort();
    };
    // Patroni makes a replica that streams the synchronous one with its next round.
    await expect.poll(members).toEqual(["leader running", "sync_standby streaming"]);
  });

  it("has every written row on both nodes", async () => {
    const rows = (node: number) => query(node, "select count(*) from accounts");
    expect(Number(await rows(1))).toBeGreaterThan(0);
    // The standby has flushed what was acknowledged, and shows it a moment later.
    const written = Math.max(Number(await rows(1)), Number(await rows(2)));
    await expect.poll(async () => [await rows(1), await rows(2)].map(Number)).toEqual([written, written]);
  });

  it("has data checksums on, and pg_rewind and slots in use", async () => {
    const settings = await query(
      1,
      "select string_agg(setting, ' ' order by name) from pg_settings where name in ('data_checksums', 'wal_log_hints')",
    );
    expect(settings).toBe("on on");
  });
});

describe("the object store", () => {
  it("has three healthy nodes", async () => {
    for (const node of [1, 2, 3]) {
      const health = await docker(
        "exec",
        container("object-store", node),
        "curl",
        "--silent",
        "http://127.0.0.1:3903/health",
      );
      expect(health).toContain("fully operational");
    }
  });
});

describe("what an operator types", () => {
  /** A command that reads what is given to it, as from a pipe. */
  const piped = (input: string, ...args: string[]) =>
    spawnSync("node", ["cli/start.mjs", ...args, "--stack", stack], {
      cwd: projectRoot,
      encoding: "utf8",
      input,
      timeout: 120_000,
    });

  it("shows what chosen parts wrote, each line with its part", async () => {
    const { stdout } = await mustSucceed(command("logs", ["app", "database-1", "--tail", "20"]));
    const parts = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect([...new Set(parts)].sort()).toEqual(["app-1", "app-2", "database-1"]);
    expect(parts.length).toBeLessThanOrEqual(60);
    const refused = await command("logs", ["databse-1"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/^There is no part "databse-1"; allowed are alerts-1, app-1, .*\.\n$/);
  });

  it("goes on showing what a part writes after it was started again", async () => {
    const args = ["cli/start.mjs", "logs", "--stack", stack, "--follow", "--tail", "0", "alerts"];
    const following = spawn("node", args, { cwd: projectRoot });
    onTestFinished(() => {
      following.kill();
    });
    let shown = "";
    following.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
    // Written again and again, as it takes a moment until somebody follows.
    const seen = async (word: string) => {
      await docker("exec", container("alerts", 1), "sh", "-c", `echo ${word} >/proc/1/fd/1`);
      return shown;
    };
    await expect.poll(() => seen("before"), { timeout: 120_000 }).toMatch(/^alerts-1 +before$/m);
    await docker("restart", container("alerts", 1));
    await expect.poll(() => seen("after"), { timeout: 120_000 }).toMatch(/^alerts-1 +after$/m);
    expect(shown).toMatch(/^(alerts-1 .*\n)*$/);
  });

  it("runs SQL on the primary as the schema's owner, and on a replica that only reads", () => {
    const who = "select current_user, session_user, pg_is_in_recovery()";
    const asked = piped("", "sql", "--command", who);
    expect(asked.stdout, asked.stderr).toMatch(/capstone_owner +\| postgres +\| f\n/);
    const replica = piped("create table nowhere (n int);", "sql", "--replica");
    expect(replica.stderr).toContain("cannot execute CREATE TABLE in a read-only transaction");
    expect(replica.status).toBe(3);
    const statements = piped("select 6 * 7 as answer;\nselect 1 / 0;\nselect 'not reached';", "sql");
    expect(statements.stdout).toContain("42");
    expect(statements.stdout).not.toContain("not reached");
    expect(statements.status).toBe(3);
  });

  it("opens a shell in a part, whose status is the command's", () => {
    const shell = piped("id --user; exit 7", "shell", "app-1");
    expect({ stdout: shell.stdout, status: shell.status }, shell.stderr).toEqual({
      stdout: "10001\n",
      status: 7,
    });
    const refused = piped("", "shell", "app");
    expect(refused.stderr).toMatch(/^There is no part "app"; allowed are alerts-1, app-1, /);
    expect(refused.status).toBe(1);
  });
});
