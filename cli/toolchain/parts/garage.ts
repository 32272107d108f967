import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { cacheDirectory, exists, keep } from "../../../infra/directories.mjs";
import { PersonError } from "../../../infra/errors.ts";
import { secondsHere, setUpMinutes } from "../../doctor/durations.ts";
import { output, runLogged } from "../processes.ts";
import type { Progress } from "../progress.ts";
import { baseImages, versions } from "../versions.mjs";

/** A tar archive with the file `garage` alone, and how we got it. */
interface BuiltGarage {
  archive: string;
  how: string;
}

/**
 * Builds Garage from crates.io, once for each version.
 * @throws PersonError where there is no Rust, or when the build fails.
 */
export async function buildGarage(progress: Progress, part: string): Promise<BuiltGarage> {
  const directory = cacheDirectory("garage", versions.garage);
  const archive = path.join(directory, "garage.tar");
  if (await exists(directory)) return { archive, how: "imported from the cache" };
  if (!(await output("cargo", ["--version"]))) {
    throw new PersonError(
      `The image ${baseImages.garage} is not available: Docker Hub does not answer, and there is no Rust to build it with. Install Rust and a C compiler (https://rustup.rs), or bring the image with \`docker load\`.`,
    );
  }
  progress.start(part, "building from crates.io", secondsHere(setUpMinutes.garage, availableParallelism()));
  // Partial builds stay, so that an interrupted build continues where it was.
  const target = cacheDirectory("garage", "target");
  const installed = path.join(target, "installed");
  const run = {
    what: `Building Garage ${versions.garage}`,
    log: cacheDirectory("logs", "garage.log"),
    environment: { ...process.env, ...buildSettings, ...showProgress, CARGO_TARGET_DIR: target },
    onLine(line: string) {
      const [, done, all] = /^\s*Building \[.*\] (\d+)\/(\d+)/.exec(line) ?? [];
      if (all) progress.reach(part, `${done} of ${all} crates`);
      return !all && line !== "";
    },
  };
  await keep(directory, async (unfinished) => {
    await runLogged("cargo", [...cargoArgs, "--root", installed], run);
    const bin = path.join(installed, "bin");
    await runLogged("tar", ["-C", bin, "-cf", path.join(unfinished, "garage.tar"), "garage"], run);
  });
  await rm(target, { recursive: true, force: true });
  return { archive, how: `built ${versions.garage} from crates.io` };
}

const cargoArgs = [
  "install",
  "garage",
  "--locked",
  "--version",
  versions.garage,
  "--no-default-features",
  "--features",
  "sqlite,bundled-libs,metrics",
  "--force",
];

/** Cargo says how far it is to terminals alone, if nothing else is asked for. */
const showProgress = { CARGO_TERM_PROGRESS_WHEN: "always", CARGO_TERM_PROGRESS_WIDTH: "80" };

/** Half the compile time of the crate's own profile; fast enough for a stack on one machine. */
const buildSettings = {
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  CARGO_PROFILE_RELEASE_STRIP: "symbols",
};
