import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { dataDirectory } from "../../infra/directories.mjs";
import { projectRoot } from "../../infra/project.ts";

/** A Pulumi.<stack>.yaml. */
interface Settings {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
  secretsprovider?: string;
}

/**
 * The settings file for Pulumi to use in place of the committed Pulumi.<stack>.yaml.
 *
 * Pulumi writes the salt of the stack's secrets, and what `pulumi config set` sets, into that file. They belong to
 * this machine, as the passphrase does, so they go to a copy beside the state, and the work tree stays clean. A file that
 * has a salt or a secrets provider of its own was meant to be shared, and is used as it is.
 * @returns Undefined when the committed file is to be used.
 */
export function machineSettings(
  stack: string,
  directory = dataDirectory("settings"),
  project = projectRoot,
): string | undefined {
  // A stack in Pulumi Cloud may be named with its organization; its settings file is not.
  const name = `Pulumi.${path.basename(stack)}.yaml`;
  const committedFile = path.join(project, name);
  const committedText = existsSync(committedFile) ? readFileSync(committedFile, "utf8") : "";
  const committed: Settings = parse(committedText) ?? {};
  if (committed.encryptionsalt || committed.secretsprovider) return undefined;

  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, name);
  const baseFile = path.join(directory, `committed.${name}`);
  // Without committed settings there is nothing to copy; Pulumi creates the file when needed.
  if (!existsSync(committedFile)) return file;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const base = existsSync(baseFile) ? readFileSync(baseFile, "utf8") : "";
  if (text === "" || base !== committedText) {
    writeFileSync(file, stringify(mergeSettings(committed, parse(base) ?? {}, parse(text) ?? {})), {
      mode: 0o600,
    });
    writeFileSync(baseFile, committedText, { mode: 0o600 });
  }
  return file;
}

/**
 * What is committed now, with what was set on this machine on top.
 * @param base what was committed when this machine's settings were last made
 */
export function mergeSettings(committed: Settings, base: Settings, machine: Settings): Settings {
  const setHere = Object.entries(machine.config ?? {}).filter(
    ([key, value]) => asPulumiWrites(value) !== asPulumiWrites(base.config?.[key]),
  );
  return { ...committed, ...machine, config: { ...committed.config, ...Object.fromEntries(setHere) } };
}

/** Pulumi rewrites numbers and booleans as strings, which does not change their value. */
function asPulumiWrites(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part) =>
    part !== null && typeof part !== "object" ? String(part) : part,
  );
}
