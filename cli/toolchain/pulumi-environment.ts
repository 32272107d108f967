import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dataDirectory } from "../../infra/directories.mjs";
import { pulumiHome } from "./parts/pulumi.ts";

/**
 * The environment in which Pulumi runs without prompting: its own home in the cache, and the stacks' states on this
 * machine with a generated passphrase. What you have set yourself is left as it is.
 */
export async function pulumiEnvironment(
  given: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  const home = await pulumiHome();
  const environment: Record<string, string> = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Pulumi and its plugins live for seconds: collecting garbage less often saves a tenth of each run.
    GOGC: given.GOGC ?? "400",
    // Pulumi writes a log, encrypted, of each run into its home.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: given.PULUMI_LOG_ROTATION_MAX_TOTAL_MB ?? "50",
    // The default stack, so that Pulumi never asks for one.
    PULUMI_STACK: given.PULUMI_STACK ?? "dev",
  };
  if (home) {
    environment.PATH = [path.join(home, "bin"), given.PATH ?? ""].join(path.delimiter);
    environment.PULUMI_HOME = home;
  }
  if (!given.PULUMI_BACKEND_URL && !given.PULUMI_ACCESS_TOKEN) {
    const state = dataDirectory("state");
    mkdirSync(state, { recursive: true, mode: 0o700 });
    environment.PULUMI_BACKEND_URL = `file://${state}`;
  }
  if (given.PULUMI_CONFIG_PASSPHRASE === undefined && !given.PULUMI_CONFIG_PASSPHRASE_FILE) {
    environment.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile();
  }
  return environment;
}

function passphraseFile(): string {
  const file = dataDirectory("passphrase");
  if (!existsSync(file)) {
    // Two first runs at once: whichever creates the file makes the passphrase.
    try {
      writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  chmodSync(file, 0o600);
  return file;
}
