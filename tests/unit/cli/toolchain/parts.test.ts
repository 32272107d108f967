import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { verifyChecksum } from "../../../../cli/toolchain/network.ts";
import type { Preparation } from "../../../../cli/toolchain/part.ts";
import { chromiumPath } from "../../../../cli/toolchain/parts/chromium.ts";
import { isRootOnDebian } from "../../../../cli/toolchain/parts/debian.ts";
import { matchesLock } from "../../../../cli/toolchain/parts/packages.ts";
import { Progress } from "../../../../cli/toolchain/progress.ts";
import { pulumiEnvironment } from "../../../../cli/toolchain/pulumi-environment.ts";
import { versions } from "../../../../cli/toolchain/versions.mjs";
import { fakePrograms, scratchDirectory, scratchHome } from "./scratch.ts";

const preparation: Preparation = { progress: new Progress(), ready: async () => {} };

/** The modules ask each host once, so each test gets them anew. */
async function fresh<T>(load: () => Promise<T>): Promise<T> {
  vi.resetModules();
  return load();
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("where a part is not available, one sentence says which and what to do", () => {
  beforeEach(() => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
  });

  it("Pulumi, without a network and without Go", async () => {
    scratchHome();
    fakePrograms({}, true);
    const { pulumi } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    expect(await pulumi.isThere()).toBe(false);
    await expect(pulumi.provide(preparation)).rejects.toThrow(
      /^Pulumi is not available: .* Install Pulumi .* or Go 1\.26/,
    );
  });

  it("Garage, without Docker Hub and without Rust", async () => {
    scratchHome();
    fakePrograms({}, true);
    const { garageImage } = await fresh(() => import("../../../../cli/toolchain/parts/base-images.ts"));
    await expect(garageImage.provide(preparation)).rejects.toThrow(
      /^The image dxflrs\/garage:v\S+ is not available: .* Install Rust .* or bring the image with `docker load`/,
    );
  });

  it("a Docker engine that DOCKER_HOST names", async () => {
    scratchHome();
    vi.stubEnv("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    const { dockerEngine } = await fresh(() => import("../../../../cli/toolchain/parts/docker-engine.ts"));
    expect(await dockerEngine.isThere()).toBe(false);
    await expect(dockerEngine.provide(preparation)).rejects.toThrow(
      "The Docker engine at unix:///nonexistent/docker.sock (DOCKER_HOST) does not answer: start it, or unset DOCKER_HOST.",
    );
  });

  it("a build that fails, with its last words and its log", async () => {
    scratchHome();
    fakePrograms({
      cargo: 'test "$1" = --version && echo cargo 1.90 || { echo "no space left: error" >&2; exit 1; }',
    });
    const { garageImage } = await fresh(() => import("../../../../cli/toolchain/parts/base-images.ts"));
    await expect(garageImage.provide(preparation)).rejects.toThrow(
      /^Building Garage \S+ failed: no space left: error \(full log: .*garage\.log\)$/,
    );
  });

  it("a build of Pulumi that fails leaves none there", async () => {
    scratchHome();
    fakePrograms({
      go: 'test "$1" = version && echo go version go1.26.8 || { echo "go: no space left: error" >&2; exit 1; }',
    });
    const { pulumi } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    await expect(pulumi.provide(preparation)).rejects.toThrow(
      /^Building Pulumi \S+ failed: go: no space left: error \(full log: .*pulumi\.log\)$/,
    );
    expect(await pulumi.isThere()).toBe(false);
  });

  it("how far a build is, as the builder says, and no line of that in its log", async () => {
    const home = scratchHome();
    const built = `printf '   Building [=> ] 12/387: serde\\r   Compiling serde v1\\n' >&2`;
    fakePrograms({ cargo: `test "$1" = --version && echo cargo 1.90 || ${built}`, tar: "" });
    const progress = new Progress();
    const reach = vi.spyOn(progress, "reach");
    const { buildGarage } = await fresh(() => import("../../../../cli/toolchain/parts/garage.ts"));
    await buildGarage(progress, "Garage");
    progress.stop();
    expect(reach).toHaveBeenCalledWith("Garage", "12 of 387 crates");
    expect(readFileSync(path.join(home, "cache/capstone/logs/garage.log"), "utf8")).toBe(
      "   Compiling serde v1\n",
    );
  });
});

it("an image that an engine had before it was started is found, not made again", async () => {
  const home = scratchHome();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
  const calls = fakePrograms({ docker: "exit 1", cargo: "exit 1", debootstrap: "exit 1", npm: "exit 1" });
  const cli = path.join(home, "cache", "capstone", "pulumi", "installed", "bin", "pulumi");
  mkdirSync(path.dirname(cli), { recursive: true });
  writeFileSync(cli, "");
  // This machine's own engine runs already.
  let started = false;
  vi.doMock("../../../../cli/toolchain/parts/docker-engine.ts", () => ({
    dockerEngine: {
      name: "Docker engine",
      isThere: async () => started,
      provide: async () => {
        started = true;
        return "started";
      },
    },
    engineHasToBeInstalled: async () => false,
    engineHasImage: async () => started,
  }));
  onTestFinished(() => {
    vi.doUnmock("../../../../cli/toolchain/parts/docker-engine.ts");
  });
  const { prepare } = await fresh(() => import("../../../../cli/toolchain/prepare.ts"));
  await prepare("drill", []);
  expect(started).toBe(true);
  expect(calls()).toEqual([]);
});

describe("what a command needs", () => {
  const load = () => import("../../../../cli/toolchain/prepare.ts");
  const names = async (command: string, ...args: string[]) => {
    scratchHome();
    const { partsFor } = await load();
    return partsFor(command, args).map(({ name }) => name);
  };

  it("is of the stack that the command itself reads from its arguments", async () => {
    const onAws = await names("up", "--stack", "prod");
    expect(onAws).not.toContain("Docker engine");
    expect(await names("up", "-sprod")).toEqual(onAws);
    expect(await names("up", "--message", "-s")).toContain("Docker engine");
    expect(await names("pulumi", "up", "-s", "prod")).toEqual(onAws);
  });

  it.each([
    ["up", [], true],
    ["up", ["-sprod"], false],
    ["status", [], true],
    ["drill", ["--list"], true],
    ["pulumi", ["up"], true],
    ["pulumi", ["stack", "ls"], false],
    ["outputs", [], false],
    ["lint", [], false],
    ["resources", [], false],
  ])("has the engine looked for, or not: %s %j", async (command, args, expected) => {
    scratchHome();
    const { mayAskEngine } = await load();
    expect(mayAskEngine(command, args)).toBe(expected);
  });
});

it.each([
  ["v3.207.1", false],
  ["v3.208.0", true],
  ["v4.0.0", true],
  ["v2.999.0", false],
  ["unknown", false],
])("an installed Pulumi that says %s is new enough: %s", async (said, expected) => {
  fakePrograms({ pulumi: `echo ${said}` });
  const { installedPulumi } = await import("../../../../cli/toolchain/parts/pulumi.ts");
  expect((await installedPulumi())?.newEnough).toBe(expected);
});

describe("Pulumi's own release", () => {
  const name = `pulumi-v${versions.pulumi}-${process.platform}-${process.arch}.tar.gz`;

  /** A release whose CLI installs its plugins by making their folders. */
  function serveRelease(sums: (archive: Buffer) => string): void {
    const directory = scratchDirectory();
    mkdirSync(path.join(directory, "pulumi"));
    const cli = path.join(directory, "pulumi", "pulumi");
    writeFileSync(cli, '#!/bin/sh\nmkdir -p "$PULUMI_HOME/plugins/resource-$4-v$5"\n');
    chmodSync(cli, 0o755);
    execFileSync("tar", ["-czf", name, "pulumi"], { cwd: directory });
    const archive = readFileSync(path.join(directory, name));
    vi.stubGlobal("fetch", async (url: string) => {
      if (url.endsWith(name)) return new Response(new Uint8Array(archive));
      if (url.endsWith("SHA512SUMS")) return new Response(sums(archive));
      return new Response("");
    });
  }
  const digest = (archive: Buffer) => createHash("sha512").update(archive).digest("hex");

  it("is downloaded, checked, and kept with its plugins", async () => {
    scratchHome();
    fakePrograms({ pulumi: "exit 1" });
    serveRelease((archive) => `${digest(archive)}  ${name}\n`);
    const { pulumi, pulumiHome } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    expect(await pulumi.provide(preparation)).toBe(`downloaded ${versions.pulumi}`);
    const home = (await pulumiHome()) ?? "";
    expect(existsSync(path.join(home, "plugins", `resource-docker-v${versions.pulumiPlugins.docker}`))).toBe(
      true,
    );
  });

  it("is not used when its digest is another", async () => {
    scratchHome();
    fakePrograms({ pulumi: "exit 1", go: "exit 1" });
    serveRelease(() => `${"0".repeat(128)}  ${name}\n`);
    const { pulumi } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    await expect(pulumi.provide(preparation)).rejects.toThrow("there is no Go to build it with");
    expect(await pulumi.isThere()).toBe(false);
  });

  it("is needed where the installed CLI is too old, which is said", async () => {
    scratchHome();
    fakePrograms({ pulumi: "echo v3.207.0", go: "exit 1" });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    const { pulumi } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    await expect(pulumi.provide(preparation)).rejects.toThrow(/^Pulumi is not available/);
    expect(vi.mocked(console.error).mock.calls.flat().join()).toMatch(/is 3\.207\.0, older than 3\.208, so/);
  });

  it("is not needed where a new enough CLI is installed", async () => {
    scratchHome();
    fakePrograms({ pulumi: 'case "$1" in version) echo v3.300.1;; esac' });
    vi.stubGlobal("fetch", async () => new Response(""));
    const { pulumi } = await fresh(() => import("../../../../cli/toolchain/parts/pulumi.ts"));
    expect(await pulumi.provide(preparation)).toMatch(/^found .*\/pulumi$/);
    expect(await pulumi.isThere()).toBe(true);
  });
});

it("a checksum must be listed, and match", async () => {
  const file = path.join(scratchDirectory(), "file");
  writeFileSync(file, "content");
  const sha256 = createHash("sha256").update("content").digest("hex");
  await verifyChecksum(file, "file", `${sha256} *file\n`);
  await expect(verifyChecksum(file, "file", `${sha256}  other\n`)).rejects.toThrow("does not name file");
  await expect(verifyChecksum(file, "file", `${"0".repeat(64)}  file\n`)).rejects.toThrow("instead of 0000");
});

it("nothing is installed system-wide but by root on Debian and its children", () => {
  expect(isRootOnDebian("ID=debian\n", 0)).toBe(true);
  expect(isRootOnDebian('ID=mint\nID_LIKE="ubuntu debian"\n', 0)).toBe(true);
  expect(isRootOnDebian("ID=debian\n", 1000)).toBe(false);
  expect(isRootOnDebian("ID=fedora\nID_LIKE=rhel\n", 0)).toBe(false);
});

it("packages match a lock file when every one is there in its version; optional ones may be absent", () => {
  const wanted = {
    "": { version: "1.0.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/b-darwin": { version: "1.0.0", integrity: "sha512-b", optional: true },
  };
  const installed = { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
  expect(matchesLock(wanted, installed)).toBe(true);
  expect(matchesLock(wanted, {})).toBe(false);
  expect(matchesLock(wanted, { "node_modules/a": { version: "1.0.1", integrity: "sha512-x" } })).toBe(false);
});

it("a browser is the one that CHROME_PATH names, or one of the path's", () => {
  vi.stubEnv("CHROME_PATH", "");
  fakePrograms({ "google-chrome": "" }, true);
  expect(chromiumPath()).toBe(path.join(process.env.PATH ?? "", "google-chrome"));
  vi.stubEnv("CHROME_PATH", "/opt/chrome");
  expect(chromiumPath()).toBe("/opt/chrome");
});

describe("Pulumi's environment", () => {
  it("has a state and a passphrase of this machine's, for this user's eyes only", async () => {
    const home = scratchHome();
    const environment = await pulumiEnvironment({ PATH: "/bin" });
    const passphrase = path.join(home, "data/capstone/passphrase");
    expect(environment).toMatchObject({
      PULUMI_BACKEND_URL: `file://${home}/data/capstone/state`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    });
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(passphrase)).mode & 0o777).toBe(0o700);
    const made = readFileSync(passphrase, "utf8");
    expect(made.trim().length).toBeGreaterThanOrEqual(40);
    await pulumiEnvironment({ PATH: "/bin" });
    expect(readFileSync(passphrase, "utf8")).toBe(made);
  });

  it("leaves what the person has set", async () => {
    scratchHome();
    const given = { PULUMI_BACKEND_URL: "s3://states", PULUMI_CONFIG_PASSPHRASE: "", PULUMI_STACK: "prod" };
    const environment = await pulumiEnvironment(given);
    expect(environment).toMatchObject({ PULUMI_STACK: "prod" });
    expect(environment).not.toHaveProperty("PULUMI_BACKEND_URL");
    expect(environment).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  });
});
