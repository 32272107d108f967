import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { readService } from "../../infra/configuration/service.ts";
import { staticCacheControl, staticFolderOf } from "../../infra/static-files.ts";
import { findPrimary, requirePrimary } from "../../running-stack/containers.ts";
import { ask, load } from "./client.ts";
import {
  command,
  container,
  copyOfProject,
  docker,
  mustSucceed,
  type Outputs,
  readOutputs,
  stack,
} from "./support.ts";

// The last of the files: the stack's own service, with its schema, makes room for another one.

const folder = "examples/flask";
const paths = { write: "/api/posts", read: "/api/posts?limit=1" };

describe("somebody else's service", () => {
  let copy: Awaited<ReturnType<typeof copyOfProject>>;
  let outputs: Outputs & { service: string };

  beforeAll(async () => {
    copy = await copyOfProject();
    await configure({ serviceFolder: folder });
    const empty = "drop schema public cascade; create schema public authorization capstone_owner";
    await psql(empty);
    await mustSucceed(command("up", [], copy.path));
    outputs = (await readOutputs()) as typeof outputs;
  });
  afterAll(() => copy[Symbol.dispose]());

  it("comes up by its stack file alone, with its migrations, and status finds that it serves", async () => {
    expect(outputs).toMatchObject({ service: "guestbook", migration: expect.stringMatching(/^\d{4}_/) });
    expect((await ask(outputs.healthUrl)).status).toBe(200);
    const status = await command("status", ["--json"], copy.path);
    // What the tests before it left behind may still count as degraded.
    expect(["healthy", "degraded"]).toContain(JSON.parse(status.stdout).state);
  });

  it("has its static files in the object store, to be cached for ever", async () => {
    const prefix = staticFolderOf(readService(folder))?.prefix;
    const answer = await fetch(`${outputs.assetsUrl}/${prefix}page.css`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe(staticCacheControl);
    expect((await ask(`${outputs.apiUrl}/metrics`)).status).toBe(404);
  });

  it("shows none of its secrets in docker inspect", async () => {
    const secrets = await docker(
      "exec",
      container("app", 1),
      "sh",
      "-c",
      "for file in /run/secrets/*; do cat $file; echo; done",
    );
    const inspected = await docker("inspect", container("app", 1));
    const values = secrets.split("\n").filter((value) => value.length > 8);
    expect(values.length).toBeGreaterThanOrEqual(5);
    for (const value of values) expect(inspected).not.toContain(value);
  });

  it("rolls under load, and no request fails", async () => {
    const { failures } = await underLoad(async () => {
      await configure({ serviceEnvironment: { GREETING: "hello" } });
      await mustSucceed(command("up", [], copy.path));
    });
    expect(failures).toEqual([]);
  });

  it("loses an application node, and no request fails", async () => {
    const { failures } = await underLoad(() => docker("kill", container("app", 2)));
    expect(failures).toEqual([]);
    await docker("start", container("app", 2));
  });

  it("loses its primary, and has every post that it acknowledged", async () => {
    const primary = await requirePrimary(stack);
    await underLoad(async () => {
      await docker("kill", primary);
      await docker("start", primary);
      await expect.poll(() => findPrimary(stack)).toBeDefined();
    });
  });

  async function configure(settings: Record<string, unknown>): Promise<void> {
    const file = join(copy.path, `Pulumi.${stack}.yaml`);
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    for (const [key, value] of Object.entries(settings)) config[`capstone:${key}`] = value;
    writeFileSync(file, stringify({ config }));
  }

  async function signUp() {
    const username = `t${randomBytes(6).toString("hex")}`;
    const credentials = { username, password: randomBytes(12).toString("hex") };
    const created = await ask(`${outputs.apiUrl}/api/users`, { body: credentials });
    const session = await ask(`${outputs.apiUrl}/api/sessions`, { body: credentials });
    if (!session.body.token) throw new Error(JSON.stringify([created, session]));
    return { handle: username, accessToken: String(session.body.token) };
  }

  /** What is done while clients write and read; every post that was acknowledged is there afterwards. */
  async function underLoad(work: () => Promise<unknown>) {
    const account = await signUp();
    const running = load(outputs.apiUrl, account, 20, paths);
    await work();
    const atTheEnd = running.acknowledgedCount();
    await expect.poll(() => running.acknowledgedCount()).toBeGreaterThan(atTheEnd + 20);
    const traffic = await running.stop();
    const posts = `select body from post join "user" on "user".id = author_id where username = '${account.handle}'`;
    const bodies = new Set((await psql(posts)).split("\n"));
    expect(traffic.acknowledged.filter(({ body }) => !bodies.has(body))).toEqual([]);
    console.log(
      `${expect.getState().currentTestName}: ${traffic.sent} requests, ${traffic.failures.length} failed`,
    );
    return traffic;
  }

  /** What the primary answers, as text. */
  async function psql(sql: string): Promise<string> {
    const options = ["--username=postgres", "--dbname=capstone", "--tuples-only", "--no-align"];
    const primary = await requirePrimary(stack);
    return docker("exec", primary, "psql", "--host=/run/postgresql", ...options, `--command=${sql}`);
  }
});
