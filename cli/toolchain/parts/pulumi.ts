import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { cacheDirectory, exists, keep } from "../../../infra/directories.mjs";
import { PersonError } from "../../../infra/errors.ts";
import { setUpMinutes } from "../../doctor/durations.ts";
import { download, reachable, verifyChecksum } from "../network.ts";
import type { Part, Preparation } from "../part.ts";
import { output, runLogged } from "../processes.ts";
import { versions } from "../versions.mjs";
import { buildFromModules, sources } from "./pulumi-build.ts";

const releases = "https://github.com/pulumi/pulumi/releases/download";
const log = () => cacheDirectory("logs", "pulumi.log");

/** The oldest installed CLI that will do: from this one on options can be given as PULUMI_OPTION_…, as settings files are. */
export const leastInstalled = [3, 208] as const;

/** Pulumi homes, each with the CLI in `bin` and with `plugins`. */
const homes = () => ({
  installed: cacheDirectory("pulumi", "installed"),
  downloaded: cacheDirectory("pulumi", versions.pulumi),
  built: cacheDirectory("pulumi", `${versions.pulumi}-built-${sourceDigest(sources)}`),
});

/** The home in use: the first that is complete. */
export async function pulumiHome(): Promise<string | undefined> {
  for (const home of Object.values(homes())) {
    if (await exists(path.join(home, "bin", "pulumi"))) return home;
  }
  return undefined;
}

/** Pulumi's CLI with the plugins that the local target uses. */
export const pulumi: Part = {
  name: "Pulumi",
  minutes: setUpMinutes.pulumi,

  isThere: async () => (await pulumiHome()) !== undefined,

  async provide(preparation) {
    return (
      (await useInstalled(preparation, this.name)) ??
      (await downloadRelease(preparation, this.name)) ??
      (await build(preparation, this.name))
    );
  },
};

/** How long a CLI may take to say its version; it may look for an update meanwhile. */
const versionMs = 10_000;

/** A CLI on the PATH that is not this project's own `pulumi` command. */
export interface InstalledPulumi {
  file: string;
  /** As in "3.259.0"; empty where it does not say. */
  version: string;
  newEnough: boolean;
}

export async function installedPulumi(): Promise<InstalledPulumi | undefined> {
  const found = await output("sh", ["-c", "command -v -- pulumi"]);
  if (!found) return undefined;
  const file = await realpath(found);
  if (file.endsWith(path.join("cli", "start.mjs"))) return undefined;
  const [, version = "", major, minor] =
    /^v((\d+)\.(\d+)\.\S+)/.exec((await output(file, ["version"], process.env, versionMs)) ?? "") ?? [];
  const [leastMajor, leastMinor] = leastInstalled;
  const newEnough =
    Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
  return { file, version, newEnough };
}

async function useInstalled({ progress }: Preparation, part: string): Promise<string | undefined> {
  const installed = await installedPulumi();
  if (!installed) return undefined;
  const { file, version, newEnough } = installed;
  if (!newEnough) {
    progress.say(
      `${part}: ${file} is ${version || "of an unknown version"}, older than ${leastInstalled.join(".")}, so it is not used`,
    );
    return undefined;
  }
  if (!(await installPlugins(file, homes().installed, () => progress.start(part, "downloading plugins")))) {
    return undefined;
  }
  await keepLink(file, homes().installed);
  return `found ${file}`;
}

/** Links the CLI and what came with it; the CLI last, since its presence marks the home as complete. */
async function keepLink(file: string, home: string): Promise<void> {
  const bin = path.join(home, "bin");
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  const names = readdirSync(path.dirname(file)).filter((name) => name.startsWith("pulumi-"));
  for (const name of [...names, path.basename(file)]) {
    await symlink(path.join(path.dirname(file), name), path.join(bin, name));
  }
}

/** Pulumi's own release, with its plugins. */
async function downloadRelease({ progress }: Preparation, part: string): Promise<string | undefined> {
  if (!(await reachable("https://github.com"))) return undefined;
  progress.start(part, `downloading ${versions.pulumi}`);
  const platform = `${process.platform}-${process.arch}`;
  const name = `pulumi-v${versions.pulumi}-${platform}.tar.gz`;
  const home = homes().downloaded;
  try {
    await keep(home, async (unfinished) => {
      const archive = path.join(unfinished, name);
      await download(`${releases}/v${versions.pulumi}/${name}`, archive);
      await download(`${releases}/v${versions.pulumi}/SHA512SUMS`, `${archive}.sums`);
      await verifyChecksum(archive, name, await readFile(`${archive}.sums`, "utf8"));
      await mkdir(path.join(unfinished, "bin"));
      const unpack = ["-xzf", archive, "-C", path.join(unfinished, "bin"), "--strip-components=1"];
      await runLogged("tar", unpack, { what: "Unpacking Pulumi", log: log() });
      if (!(await installPlugins(path.join(unfinished, "bin", "pulumi"), unfinished, () => {}))) {
        throw new Error("Pulumi's plugins cannot be downloaded");
      }
    });
    return `downloaded ${versions.pulumi}`;
  } catch (error) {
    progress.say(`${part}: ${error instanceof Error ? error.message : error}, so it is built instead`);
    return undefined;
  }
}

/** @returns Whether Pulumi could install the plugins into that home. */
async function installPlugins(cli: string, home: string, starting: () => void): Promise<boolean> {
  for (const [name, version] of Object.entries(versions.pulumiPlugins)) {
    if (await exists(path.join(home, "plugins", `resource-${name}-v${version}`))) continue;
    if (!(await reachable("https://api.pulumi.com")) && !(await reachable("https://api.github.com")))
      return false;
    starting();
    const environment = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const args = ["plugin", "install", "resource", name, version];
    const installed = await runLogged(cli, args, {
      what: `Installing the plugin ${name}`,
      log: log(),
      environment,
    }).then(
      () => true,
      () => false,
    );
    if (!installed) return false;
  }
  return true;
}

/** The same from Go modules: see the sources in toolchain/pulumi. */
async function build({ progress }: Preparation, part: string): Promise<string> {
  if (!(await output("go", ["version"]))) {
    throw new PersonError(
      `Pulumi is not available: its releases on github.com cannot be downloaded, and there is no Go to build it with. Install Pulumi (https://www.pulumi.com/docs/install) or Go 1.26 or newer (https://go.dev/dl).`,
    );
  }
  await keep(homes().built, (unfinished) => buildFromModules(unfinished, log(), progress, part));
  return `built ${versions.pulumi} from Go modules`;
}

/** A short digest of every file below a folder. */
export function sourceDigest(directory: string): string {
  const digest = createHash("sha256");
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" }).sort()) {
    const file = path.join(directory, name);
    if (statSync(file).isFile()) digest.update(`${name}\0`).update(readFileSync(file));
  }
  return digest.digest("hex").slice(0, 12);
}
