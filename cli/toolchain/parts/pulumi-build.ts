import { copyFile, mkdir, rename } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { secondsHere, setUpMinutes } from "../../doctor/durations.ts";
import { output, runLogged } from "../processes.ts";
import type { Progress } from "../progress.ts";
import { versions } from "../versions.mjs";

/** The sources: a Go module with plugins of our own. */
export const sources = path.join(path.dirname(import.meta.dirname), "pulumi");

const plugins = ["pulumi-language-nodejs", "pulumi-resource-docker", "pulumi-resource-random"];
const packages = [...plugins.map((name) => `./${name}`), "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"];

/**
 * Builds Pulumi's CLI and the plugins that the local target uses.
 * @param home An empty folder, which becomes a Pulumi home with the CLI in `bin`.
 */
export async function buildFromModules(
  home: string,
  log: string,
  progress: Progress,
  part: string,
): Promise<void> {
  progress.start(part, "building from Go modules", secondsHere(setUpMinutes.pulumi, availableParallelism()));
  const bin = path.join(home, "bin");
  await mkdir(bin);
  const environment = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "", GOGC: "400" };

  const shared = ["-mod=readonly", "-tags=no_compose"];
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`;
  const flags = [...shared, "-trimpath", "-buildvcs=false", `-ldflags=-s -w ${version}`];
  // Without inlining and debug information compiling takes three fifths of the time.
  flags.push("-gcflags=all=-l -dwarf=false");
  const all = await countPackages(shared, environment);
  let compiled = 0;
  // Garage's build is longer: this one runs at a lower priority, but not one that leaves it nothing on a busy machine,
  // and collects garbage late to need less processor.
  const build = ["go", "build", "-v", ...flags, "-o", `${bin}${path.sep}`, ...packages];
  await runLogged("nice", ["-n", "4", ...build], {
    what: `Building Pulumi ${versions.pulumi}`,
    log,
    directory: sources,
    environment,
    onLine(line) {
      // Beside each package that it compiles, Go names what it downloads and what is wrong.
      if (/^[\w.~/-]+$/.test(line)) progress.reach(part, `${++compiled} of ${all} packages`);
      return true;
    },
  });
  for (const name of ["pulumi-resource-pulumi-nodejs", "end-with-engine.cjs", "load-when-used.cjs"]) {
    await copyFile(path.join(sources, name), path.join(bin, name));
  }
  for (const [name, pluginVersion] of Object.entries(versions.pulumiPlugins)) {
    const plugin = path.join(home, "plugins", `resource-${name}-v${pluginVersion}`);
    await mkdir(plugin, { recursive: true });
    await rename(path.join(bin, `pulumi-resource-${name}`), path.join(plugin, `pulumi-resource-${name}`));
  }
}

/** How many packages there are to compile. What an interrupted build left in Go's cache is among them. */
async function countPackages(flags: string[], environment: NodeJS.ProcessEnv): Promise<number | string> {
  const listed = await output("go", ["-C", sources, "list", ...flags, "-deps", ...packages], environment);
  return listed?.split("\n").length ?? "all";
}
