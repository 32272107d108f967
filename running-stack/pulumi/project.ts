import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../infra/project.ts";
import { machineSettings } from "./stack-settings.ts";

interface Project {
  name: string;
  config: Record<string, { default?: unknown }>;
}

export function readProject(): Project {
  return parse(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8"));
}

/** A stack's value of each config key: what is set, a provider's keys too, or the default in Pulumi.yaml. */
export function configurationOf(stack: string): Record<string, unknown> {
  const { name, config } = readProject();
  const file = machineSettings(stack) ?? path.join(projectRoot, `Pulumi.${stack}.yaml`);
  const set = existsSync(file) ? (parse(readFileSync(file, "utf8"))?.config ?? {}) : {};
  const defaults = Object.entries(config).map(([key, { default: fallback }]) => [`${name}:${key}`, fallback]);
  return { ...Object.fromEntries(defaults), ...set };
}
