import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { examineResources, hasVolumesAt } from "../../../../cli/doctor/engine-resources.ts";
import type { Examination } from "../../../../cli/doctor/examine.ts";
import { requireFit } from "../../../../cli/doctor/require-fit.ts";
import { searchSettings } from "../../../../cli/toolchain/settings.ts";
import { projectRoot } from "../../../../infra/project.ts";
import { published, type Said, serveEngine } from "../../infra/docker/engine/fake-engine.ts";
import { fakePrograms, scratchDirectory, scratchHome } from "../toolchain/scratch.ts";

const execute = promisify(execFile);

/** Makes an engine of this memory the one in use. */
async function useEngine(
  MemTotal: number,
  answers: Record<string, unknown> = {},
  said: Said = published.desktop,
) {
  scratchHome();
  const socket = path.join(scratchDirectory(), "docker.sock");
  await serveEngine(socket, { ...said, info: { ...said.info, MemTotal } }, answers);
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
}

describe("before anything is built, `up`", () => {
  it("is refused where the engine has too little memory, with both figures", async () => {
    await useEngine(0.9e9);
    await expect(requireFit("up", [])).rejects.toThrow(
      /^Too little memory for the stack dev: 900 MB in Docker Desktop's virtual machine; .* 5\.4 GB\. It does not start with less than 1\.1 GB/,
    );
    await expect(requireFit("test", [])).rejects.toThrow("for the stack test");
  });

  it("goes on with a warning where it may do, and without one where there is enough", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await useEngine(2e9);
    await requireFit("up", []);
    expect(said.mock.calls.flat().join()).toMatch(/^set-up: Too little memory for the stack dev: 2\.0 GB/);
    said.mockClear();
    await useEngine(16e9);
    await requireFit("up", []);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  it("is not refused for a stack that is there", async () => {
    await useEngine(0.9e9, { "/volumes": { Volumes: [{ Name: "capstone-dev-database-1" }] } });
    await requireFit("up", []);
  });

  it("is not refused for a stack whose engine is stopped", () => {
    const folder = scratchDirectory();
    expect(hasVolumesAt(folder, "dev")).toBe(false);
    mkdirSync(path.join(folder, "volumes", "capstone-dev-database-1"), { recursive: true });
    expect(hasVolumesAt(folder, "dev")).toBe(true);
    expect(hasVolumesAt(folder, "test")).toBe(false);
  });

  it("is not refused for what an engine that does not answer may have", async () => {
    fakePrograms({ dockerd: "", iptables: "", docker: "" });
    // No stack fits this one.
    const settings = { ...searchSettings("dev"), appMemoryMegabytes: "1000000000" };
    const { memory } = await examineResources("dev", settings, undefined);
    expect(memory).toMatchObject({
      state: "warning",
      found: expect.stringContaining("as far as can be told"),
    });
    expect(memory.stops).toBeUndefined();
  });

  it("is about the stack that the command itself would bring up", async () => {
    await useEngine(0.9e9);
    await requireFit("up", ["-sprod"]);
    await expect(requireFit("up", ["--message", "-s"])).rejects.toThrow("for the stack dev");
  });

  it("is refused on a remote engine and on Podman", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://10.0.0.5:2375");
    await expect(requireFit("up", [])).rejects.toThrow("is remote");
    await useEngine(16e9, {}, published.podman);
    await expect(requireFit("up", [])).rejects.toThrow("is Podman");
  });

  it("is not asked where no stack is brought up on Docker", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://10.0.0.5:2375");
    await requireFit("status", []);
    await requireFit("up", ["--stack", "prod"]);
    vi.unstubAllEnvs();
  });
});

describe("npm run doctor", () => {
  /** A proxy that lets nobody through, so that every network is closed. */
  async function serveProxy(): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer();
    server.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, asked };
  }

  async function doctor(environment: NodeJS.ProcessEnv) {
    const args = [path.join(projectRoot, "cli", "start.mjs"), "doctor", "--json"];
    const options = { cwd: scratchDirectory(), env: { PATH: process.env.PATH, ...environment } };
    const ended = await execute(process.execPath, args, options).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
    );
    return { ...ended, examination: JSON.parse(ended.stdout) as Examination };
  }

  it("asks through the proxy, says what stops `up`, and writes nothing", async () => {
    const home = scratchDirectory();
    const { url, asked } = await serveProxy();
    const socket = path.join(home, "docker.sock");
    await serveEngine(socket, published.colima, { "/images/": {}, "/volumes": { Volumes: null } });
    const { code, examination } = await doctor({
      HOME: home,
      DOCKER_HOST: `unix://${socket}`,
      HTTPS_PROXY: url,
      HTTP_PROXY: url,
      // No Go: Pulumi can be neither downloaded nor built.
      PATH: "/usr/bin:/bin",
    });
    expect(asked).toContain("registry.npmjs.org:443");
    const pulumi = examination.findings.find(({ name }) => name === "Pulumi");
    expect(pulumi).toMatchObject({ state: "missing" });
    expect(examination.works).toBe(!examination.findings.some(({ stops }) => stops));
    expect(code).toBe(examination.works ? 0 : 1);
    expect(examination.findings.find(({ name }) => name === "Docker engine")?.found).toMatch(/^Colima/);
    expect(existsSync(path.join(home, ".local"))).toBe(false);
    expect(existsSync(path.join(home, ".cache"))).toBe(false);
  });
});
