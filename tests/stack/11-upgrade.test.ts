import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { type Account, ask, load, png, signUp } from "./client.ts";
import { copyOfProject, docker, type Finished, mustSucceed, run } from "./support.ts";

/**
 * The release before this one, which made the stacks that people have. A new release puts the last commit of the one
 * before it here.
 */
const releaseBefore = "abbe3611ae6e750aa59d4c7d205ec22182a351a5";

/** A stack of its own, beside `dev` and `test`. */
const stack = "before";
const settings = `config:
  capstone:target: docker
  capstone:httpPort: 28080
  capstone:databasePort: 26432
  capstone:databaseReadPort: 26433
  capstone:objectStorePort: 26900
  capstone:metricsPort: 26090
  capstone:alertsPort: 26093
  capstone:dashboardsPort: 26000
`;
const apiUrl = "http://127.0.0.1:28080";

/** Asked as people are told to, for that is what every release has in the same place. */
const npm = (directory: string, command: string, ...args: string[]) =>
  run("npm", ["run", "--silent", command, "--", "--stack", stack, ...args], {
    cwd: directory,
    timeoutMs: 10 * 60_000,
  });

const reason = await reasonNotToRun();
if (reason) console.log(`The upgrade from ${releaseBefore} is not tested: ${reason}`);

describe.skipIf(reason)("a stack of the release before", () => {
  let now: Awaited<ReturnType<typeof copyOfProject>>;
  let account: Account;
  let avatarUrl: string;
  let pictureBefore: Uint8Array;
  let before: Stack;
  let after: Stack;
  let upgraded: Finished;
  let traffic: Awaited<ReturnType<ReturnType<typeof load>["stop"]>>;

  beforeAll(async () => {
    now = await copyOfProject();
    writeFileSync(join(now.path, `Pulumi.${stack}.yaml`), settings);
    // What a run that was killed left.
    await mustSucceed(npm(now.path, "down", "--data"));
    {
      using release = await checkOut(releaseBefore);
      await mustSucceed(npm(release.path, "up"));
    }
    account = await signUp(apiUrl);
    const stored = await ask(`${apiUrl}/api/v1/me/avatar`, {
      method: "PUT",
      body: png(),
      token: account.accessToken,
      headers: { "content-type": "image/png" },
    });
    avatarUrl = stored.body.avatarUrl;
    pictureBefore = new Uint8Array(await (await fetch(avatarUrl)).arrayBuffer());

    before = await readStack(now.path);
    const running = load(apiUrl, account, 40);
    upgraded = await npm(now.path, "up");
    traffic = await running.stop();
    after = await readStack(now.path);
  });
  afterAll(async () => {
    await mustSucceed(npm(now.path, "down", "--data"));
    now[Symbol.dispose]();
  });

  it("is upgraded in place, and no request fails but for those that find no edge while it is replaced", async () => {
    await mustSucceed(Promise.resolve(upgraded));
    const { sent, failures } = traffic;
    console.log(
      `upgraded from ${releaseBefore} in ${upgraded.durationMs} ms: ${sent} requests, ${failures.length} failed; ` +
        `replaced: ${replacedContainers().join(", ") || "no container"}`,
    );
    // The edge alone has the published port: while a release replaces it, nobody is there to be reached.
    const edgeReplaced = replacedContainers().includes(`capstone-${stack}-edge-1`);
    const unreached = /: (0 .*(ECONNREFUSED|ECONNRESET|other side closed)|503 )/;
    expect(failures.filter((failure) => !(edgeReplaced && unreached.test(failure)))).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  });

  it("keeps its data: what was written before, and all that was acknowledged meanwhile", async () => {
    expect((await ask(`${apiUrl}/api/v1/me`, { token: account.accessToken })).status).toBe(200);
    const picture = await fetch(avatarUrl);
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(pictureBefore);
    const bodies = await query(
      `select body from posts join accounts on accounts.id = account_id where handle = '${account.handle}'`,
    );
    const there = new Set(bodies.split("\n"));
    expect(traffic.acknowledged.length).toBeGreaterThan(50);
    expect(traffic.acknowledged.filter(({ body }) => !there.has(body))).toEqual([]);
  });

  it("keeps its volumes, its networks and its secrets", () => {
    expect(before.volumes).not.toEqual([]);
    expect(after.volumes).toEqual(expect.arrayContaining(before.volumes));
    expect(before.networks).not.toEqual([]);
    expect(after.networks).toEqual(expect.arrayContaining(before.networks));
    const secrets = (of: Stack) =>
      of.resources
        .filter(({ type }) => type.startsWith("random:"))
        .map(({ urn, secret }) => [nameOf(urn), secret]);
    expect(secrets(before)).not.toEqual([]);
    expect(secrets(after)).toEqual(expect.arrayContaining(secrets(before)));
  });

  it("has the containers that it had, but for those whose image, settings or secrets are others", () => {
    expect(before.containers.size).toBeGreaterThan(10);
    for (const name of replacedContainers()) {
      // Only one that is no longer part of the stack has nothing after.
      expect(after.inputs.get(name), name).not.toBe(before.inputs.get(name));
    }
  });

  it("has the images that it had where their source is the same", () => {
    const images = (of: Stack) => new Map(of.resources.flatMap(({ image }) => (image ? [image] : [])));
    const [old, current] = [images(before), images(after)];
    expect(old.size).toBeGreaterThan(5);
    for (const [name, digest] of old) if (current.has(name)) expect(current.get(name), name).toBe(digest);
  });

  it("ran no step of the deployment again for the code that does it", () => {
    const known = new Map(before.resources.map((resource) => [resource.urn, resource]));
    const steps = after.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
    expect(steps.length).toBeGreaterThan(10);
    const again = steps.filter(({ urn, modified }) => known.get(urn)?.modified !== modified);
    for (const { urn, cause } of again) expect(cause, urn).not.toEqual(known.get(urn)?.cause);
  });

  it("is refreshed by the new release, deployed without a change, and removed", async () => {
    await mustSucceed(npm(now.path, "pulumi", "refresh", "--yes"));
    await mustSucceed(npm(now.path, "preview", "--expect-no-changes"));
    await mustSucceed(npm(now.path, "down", "--data"));
    for (const kind of ["container", "volume", "network"]) {
      const all = kind === "container" ? ["--all"] : [];
      expect(await docker(kind, "ls", ...all, "--quiet", "--filter", label), kind).toBe("");
    }
  });

  /** By name; those that are gone too. */
  function replacedContainers(): string[] {
    return [...before.containers]
      .filter(([name, id]) => after.containers.get(name) !== id)
      .map(([name]) => name);
  }
});

/** Without a history there is nothing to upgrade from; with one that lacks the commit, this test is wrong. */
async function reasonNotToRun(): Promise<string | undefined> {
  const shallow = await run("git", ["rev-parse", "--is-shallow-repository"]);
  if (shallow.exitCode !== 0) return "this is no git repository, so it has no earlier release";
  const there = await run("git", ["cat-file", "-e", `${releaseBefore}^{commit}`]);
  if (there.exitCode === 0 || shallow.stdout.trim() === "false") return undefined;
  return "this is a shallow clone; `git fetch --unshallow` brings the history";
}

/** A work tree of that commit, and nothing of it in this one's git directory. */
async function checkOut(commit: string): Promise<{ path: string } & Disposable> {
  const path = mkdtempSync(join(tmpdir(), "capstone-release-before-"));
  await mustSucceed(run("git", ["clone", "--quiet", "--no-checkout", projectRoot, path]));
  await mustSucceed(run("git", ["checkout", "--quiet", "--detach", commit], { cwd: path }));
  writeFileSync(join(path, `Pulumi.${stack}.yaml`), settings);
  const lockOf = (directory: string) => readFileSync(join(directory, "package-lock.json"), "utf8");
  // With other packages its own set-up installs them; through a link it would install them here.
  if (lockOf(path) === lockOf(projectRoot))
    symlinkSync(join(projectRoot, "node_modules"), join(path, "node_modules"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const label = `label=capstone.stack=${stack}`;

interface Resource {
  urn: string;
  type: string;
  modified: string;
  /** A hash of what was drawn, where that is a secret. */
  secret: string;
  /** Of an image: its name, which is a hash of its source, and its digest. */
  image: [string, string] | undefined;
  /** Of a step of the deployment: that whose change makes it happen again. */
  cause: unknown;
}

/** A stack as Docker and Pulumi's state have it at one moment. */
interface Stack {
  /** Name and identity, with the moment from which it runs. */
  containers: Map<string, string>;
  /** By name, which is a volume's identity; that their data is kept is looked at by itself. */
  volumes: string[];
  networks: string[];
  resources: Resource[];
  /** All that the program says of a container, by the container's name. */
  inputs: Map<string, string>;
}

async function readStack(directory: string): Promise<Stack> {
  const exported = await mustSucceed(npm(directory, "pulumi", "stack", "export", "--show-secrets"));
  const { resources } = JSON.parse(exported.stdout).deployment as { resources: StateResource[] };
  const containers = resources.filter(({ type }) => type === "docker:index/container:Container");
  return {
    containers: new Map(
      (await inspect("container", "{{.Name}} {{.Id}} {{.State.StartedAt}}", "--all")).map((line) => {
        const [name = "", ...identity] = line.slice(1).split(" ");
        return [name, identity.join(" ")];
      }),
    ),
    volumes: await inspect("volume", "{{.Name}}"),
    networks: await inspect("network", "{{.Name}} {{.Id}}"),
    resources: resources.map((resource) => ({
      ...{ urn: resource.urn, type: resource.type, modified: resource.modified },
      secret: createHash("sha256")
        .update(JSON.stringify(resource.outputs ?? {}))
        .digest("hex"),
      image: resource.type.endsWith(":RemoteImage")
        ? [String(resource.inputs.name), String(resource.outputs?.imageId)]
        : undefined,
      cause: resource.inputs?.[causes[resource.type.split(":").at(-1) ?? ""] ?? ""],
    })),
    inputs: new Map(containers.map(({ inputs }) => [String(inputs.name), JSON.stringify(inputs)])),
  };
}

interface StateResource {
  urn: string;
  type: string;
  modified: string;
  inputs: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** By which input each kind of step is done again (infra/docker/steps). */
const causes: Record<string, string> = {
  Job: "triggers",
  Readiness: "containerId",
  PasswordChange: "version",
  Moment: "of",
};

const nameOf = (urn: string) => urn.split("::").at(-1);

/** A line for each of the stack's, in this format. */
async function inspect(kind: string, format: string, ...all: string[]): Promise<string[]> {
  const ids = await docker(kind, "ls", ...all, "--quiet", "--filter", label);
  return (await docker(kind, "inspect", "--format", format, ...ids.split("\n"))).split("\n").sort();
}

/** What the primary answers, as text. */
async function query(sql: string): Promise<string> {
  const names = await docker(
    "ps",
    "--filter",
    label,
    "--filter",
    "label=capstone.role=database",
    "--format",
    "{{.Names}}",
  );
  const psql = ["psql", "--host=/run/postgresql", "--username=postgres", "--dbname=capstone"];
  for (const name of names.split("\n")) {
    const ask = (text: string) =>
      docker("exec", name, ...psql, "--tuples-only", "--no-align", `--command=${text}`);
    if ((await ask("select pg_is_in_recovery()")) === "f") return ask(sql);
  }
  throw new Error(`None of ${names} is the primary.`);
}
