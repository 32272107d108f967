import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { dataPath } from "../../../infra/directories.mjs";
import type { Machine } from "../../../infra/docker/engine/endpoint.ts";
import type { Finding } from "../finding.ts";

/** Where the stacks' states are kept and what opens their secrets, as cli/toolchain/pulumi-environment.ts sets it. */
export function checkPulumiState({ environment, home }: Machine): Finding {
  const name = "Pulumi's state";
  const loggedIn = currentLogin(environment.PULUMI_HOME || path.join(home, ".pulumi"));
  const backend =
    environment.PULUMI_BACKEND_URL ||
    (environment.PULUMI_ACCESS_TOKEN ? "Pulumi Cloud (PULUMI_ACCESS_TOKEN)" : `file://${dataPath("state")}`);
  const own = !environment.PULUMI_BACKEND_URL && !environment.PULUMI_ACCESS_TOKEN;
  const passphrase = passphraseOf(environment);
  const found = `${backend}; passphrase ${passphrase.where}`;
  if (own && !passphrase.there && existsSync(dataPath("state", ".pulumi", "stacks")))
    return {
      name,
      state: "missing",
      found,
      advice: "There are stacks and their passphrase is gone: docs/runbooks/lost-passphrase.md.",
      stops: true,
    };
  if (!own && passphrase.generated)
    return {
      name,
      state: "warning",
      found,
      advice:
        "Others cannot read a stack made so: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE as they do.",
    };
  if (own && loggedIn && loggedIn !== backend)
    return {
      name,
      state: "warning",
      found,
      advice: `Your own pulumi is logged in at ${loggedIn}, which is not used, so that a clone works without a login; PULUMI_BACKEND_URL=${loggedIn} makes it so.`,
    };
  return { name, state: "ok", found };
}

function currentLogin(pulumiHome: string): string | undefined {
  try {
    const file = path.join(pulumiHome, "credentials.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current || undefined;
  } catch {
    return undefined;
  }
}

function passphraseOf(environment: NodeJS.ProcessEnv) {
  if (environment.PULUMI_CONFIG_PASSPHRASE !== undefined)
    return { where: "from PULUMI_CONFIG_PASSPHRASE", there: true, generated: false };
  const file = environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (file) return { where: `in ${file}`, there: existsSync(file), generated: false };
  const own = dataPath("passphrase");
  const there = existsSync(own);
  return { where: there ? `in ${own}` : `to be made in ${own}`, there, generated: true };
}
