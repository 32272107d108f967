import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { askEngine } from "../../../../../infra/docker/engine/ask-engine.ts";
import { clientEndpoint, type Machine } from "../../../../../infra/docker/engine/endpoint.ts";
import { kindOfEngine, readEngineInfo } from "../../../../../infra/docker/engine/engine-facts.ts";
import { candidates, engineEnvironment, findEngine } from "../../../../../infra/docker/engine/find-engine.ts";
import { scratchDirectory } from "../../../cli/toolchain/scratch.ts";
import { published, serveEngine, serveHalf, serveNothing } from "./fake-engine.ts";

/** A machine of its own, with a home in a folder of the test's; its default socket is DOCKER_HOST's business. */
function machine(environment: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = "linux"): Machine {
  const home = scratchDirectory();
  return {
    platform,
    home,
    userId: 1000,
    environment: { XDG_RUNTIME_DIR: path.join(home, "run"), ...environment },
  };
}

/** As the client keeps a context: in a folder named by a hash, with the name inside. */
function addContext(folder: string, name: string, host: string, current = true): void {
  const meta = path.join(folder, "contexts", "meta", `${name.length}f86d081884c7d659a2feaa0c55ad015a`);
  mkdirSync(meta, { recursive: true });
  const content = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  writeFileSync(path.join(meta, "meta.json"), JSON.stringify(content));
  if (current) writeFileSync(path.join(folder, "config.json"), JSON.stringify({ currentContext: name }));
}

describe("where Docker's client would go", () => {
  it("is DOCKER_HOST, before any context", () => {
    const here = machine({ DOCKER_HOST: "unix:///tmp/own.sock", DOCKER_CONTEXT: "colima" });
    expect(clientEndpoint(here)).toEqual({ host: "unix:///tmp/own.sock", from: "DOCKER_HOST", chosen: true });
  });

  it("is DOCKER_CONTEXT, then the context in use, then the default", () => {
    const here = machine();
    expect(clientEndpoint(here)).toMatchObject({ host: "unix:///var/run/docker.sock", chosen: false });
    addContext(path.join(here.home, ".docker"), "colima", "unix:///colima.sock");
    expect(clientEndpoint(here)).toMatchObject({
      host: "unix:///colima.sock",
      from: "the client's context colima",
    });
    addContext(path.join(here.home, ".docker"), "orbstack", "unix:///orbstack.sock", false);
    here.environment.DOCKER_CONTEXT = "orbstack";
    expect(clientEndpoint(here).host).toBe("unix:///orbstack.sock");
    here.environment.DOCKER_CONTEXT = "default";
    expect(clientEndpoint(here).host).toBe("unix:///var/run/docker.sock");
  });

  it("is looked up in DOCKER_CONFIG where that is set", () => {
    const folder = scratchDirectory();
    addContext(folder, "desktop-linux", "unix:///desktop.sock");
    expect(clientEndpoint(machine({ DOCKER_CONFIG: folder })).host).toBe("unix:///desktop.sock");
  });

  it("is refused where its context is gone", () => {
    expect(() => clientEndpoint(machine({ DOCKER_CONTEXT: "gone" }))).toThrow(
      /^Docker's client uses the context "gone", which .*\.docker does not have/,
    );
  });
});

describe("the engine in use", () => {
  it("of two on one machine is the client's, and the other is seen", async () => {
    const here = machine();
    const colima = path.join(here.home, ".colima", "default", "docker.sock");
    const orbstack = path.join(here.home, ".orbstack", "run", "docker.sock");
    await serveEngine(colima, published.colima);
    await serveEngine(orbstack, published.orbstack);
    addContext(path.join(here.home, ".docker"), "colima", `unix://${colima}`);

    expect(await findEngine(here)).toMatchObject({ host: `unix://${colima}`, socketPath: colima });
    expect(await engineEnvironment(here)).toEqual({ DOCKER_HOST: `unix://${colima}` });
    const answering = (await candidates(here)).filter(({ state }) => state === "answers");
    expect(answering.map(({ host }) => host)).toEqual([`unix://${colima}`, `unix://${orbstack}`]);

    addContext(path.join(here.home, ".docker"), "orbstack", `unix://${orbstack}`);
    expect((await findEngine(here))?.socketPath).toBe(orbstack);
  });

  it("that was chosen and does not answer is not replaced by another", async () => {
    const here = machine({ DOCKER_HOST: "unix:///nonexistent/docker.sock" });
    await serveEngine(path.join(here.home, ".orbstack", "run", "docker.sock"), published.orbstack);
    expect(await findEngine(here)).toBeUndefined();
    expect(await engineEnvironment(here)).toEqual({});
  });

  it.each([
    ["tcp://build.example.com:2376", "tcp"],
    ["tcp://127.0.0.1:2375", "tcp on this machine, which may be a tunnel"],
    ["ssh://me@build.example.com", "ssh"],
  ])("at %s is refused as remote", async (host) => {
    await expect(findEngine(machine({ DOCKER_HOST: host }))).rejects.toThrow(
      `The Docker engine at ${host} (DOCKER_HOST) is remote: `,
    );
  });

  it("of a context that is remote is refused, too", async () => {
    const here = machine();
    addContext(path.join(here.home, ".docker"), "build", "ssh://me@build.example.com");
    await expect(findEngine(here)).rejects.toThrow("(the client's context build) is remote");
  });

  it("that is Podman is refused, and not taken where nobody chose it", async () => {
    const here = machine();
    const socket = path.join(here.home, "run", "podman", "podman.sock");
    await serveEngine(socket, published.podman);
    expect((await candidates(here)).find(({ host }) => host.endsWith(socket))?.state).toBe("podman");
    here.environment.DOCKER_HOST = `unix://${socket}`;
    await expect(findEngine(here)).rejects.toThrow(/\(DOCKER_HOST\) is Podman, .*: use a Docker engine\.$/);
  });

  it("that accepts and never answers does not hold anybody up", async () => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveNothing(socket);
    expect(await askEngine(socket, "/_ping", 50)).toBe("ETIMEDOUT");
  });

  it("that dies in the middle of its answer holds nobody up either", async () => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveHalf(socket);
    expect(await askEngine(socket, "/info", 60_000)).toBe("ECONNRESET");
  });

  it("is not called silent by a process that hardly runs itself", async () => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveEngine(socket, published.engine);
    const answer = askEngine(socket, "/_ping", 1_000);
    // As long as nothing else gets the processor, the answer cannot be heard.
    const until = Date.now() + 1_500;
    while (Date.now() < until);
    expect(await answer).toMatchObject({ status: 200 });
  });

  it.each([
    ["engine", "Docker Engine", false],
    ["desktop", "Docker Desktop", true],
    ["orbstack", "OrbStack", true],
    ["colima", "Colima", true],
    ["rancher", "Rancher Desktop", true],
    ["rootless", "Docker Engine, rootless", false],
  ] as const)("says which it is: %s", async (key, name, inMachineOfItsOwn) => {
    const socket = path.join(scratchDirectory(), "docker.sock");
    await serveEngine(socket, published[key]);
    const info = await readEngineInfo(socket);
    expect(info && kindOfEngine(info)).toEqual({ name, inMachineOfItsOwn });
  });
});
