import { readdirSync } from "node:fs";
import path from "node:path";
import { PersonError } from "../../infra/errors.ts";
import { reachable } from "./network.ts";

/**
 * @throws PersonError when the AWS plugin is neither installed nor downloadable: only Pulumi publishes it, and it cannot
 * be built from a package registry.
 */
export async function requireAwsPlugin(stack: string): Promise<void> {
  const plugins = path.join(process.env.PULUMI_HOME ?? "", "plugins");
  let names: string[] = [];
  try {
    names = readdirSync(plugins);
  } catch {}
  if (names.some((name) => /^resource-aws-v[\d.]+$/.test(name))) return;
  if ((await reachable("https://api.pulumi.com")) || (await reachable("https://api.github.com"))) return;
  throw new PersonError(
    `The stack ${stack} needs Pulumi's plugin for AWS, which cannot be downloaded on this network; \`npm run -s resources -- --stack ${stack}\` shows what it consists of without it.`,
  );
}
