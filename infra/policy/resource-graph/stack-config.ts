import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PersonError } from "../../errors.ts";
import { projectRoot } from "../../project.ts";
import { secretMask } from "./render.ts";

/** A stack's config as the engine would hand it to the program. */
export interface StackConfig {
  config: Record<string, string>;
  secretConfigKeys: string[];
}

interface ProjectFile {
  config?: Record<string, { default?: unknown; value?: unknown }>;
}
interface StackFile {
  config?: Record<string, unknown>;
}

/**
 * Reads the defaults of Pulumi.yaml and what Pulumi.<stack>.yaml sets. An encrypted value stays unread: it is there,
 * a secret, and reads as the mask.
 * @throws PersonError when there is no such stack file.
 */
export function readStackConfig(stack: string, root = projectRoot): StackConfig {
  const stackFile = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile)) {
    const known = readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    throw new PersonError(
      `There is no stack "${stack}" with a Pulumi.${stack}.yaml; there are ${known.join(", ")}.`,
    );
  }
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const set = parse(readFileSync(stackFile, "utf8")) as StackFile | null;
  const config: Record<string, string> = {};
  const secretConfigKeys: string[] = [];
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const value = declared.value ?? declared.default;
    if (value !== undefined) config[fullKey(key)] = asText(value);
  }
  for (const [key, value] of Object.entries(set?.config ?? {})) {
    const secret = typeof value === "object" && value !== null && "secure" in value;
    config[fullKey(key)] = secret ? secretMask : asText(value);
    if (secret) secretConfigKeys.push(fullKey(key));
  }
  return { config, secretConfigKeys };
}

function fullKey(key: string): string {
  return key.includes(":") ? key : `capstone:${key}`;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
