import { readFileSync } from "node:fs";
import path from "node:path";
import { dataPath } from "../../infra/directories.mjs";
import { projectRoot } from "../../infra/project.ts";

/**
 * A stack's value of each config key, without the project's name. The files are searched, not parsed: what is asked before
 * anything is downloaded has no package yet. Nothing is written.
 */
export function searchSettings(stack: string): Record<string, string> {
  const defaults = textOf(path.join(projectRoot, "Pulumi.yaml")).matchAll(
    /^ {2}(\w+):\n(?: {4}(?!default:).*\n)* {4}default: (.*)$/gm,
  );
  const set = settingsText(stack).matchAll(/^\s+["']?capstone:(\w+)["']?:[ \t]*(\S.*)$/gm);
  return Object.fromEntries([...defaults, ...set].map(([, key = "", value = ""]) => [key, bare(value)]));
}

/** The memory of one node in megabytes that a service's declaration names; undefined where it names none. */
export function searchMemoryOfNode(serviceFolder: string): number | undefined {
  const declaration = textOf(path.join(projectRoot, serviceFolder, "service.yaml"));
  const [, megabytes] = /^memoryMegabytes:[ \t]*(\d+)/m.exec(declaration) ?? [];
  return megabytes === undefined ? undefined : Number(megabytes);
}

/** This machine's settings of the stack where it has some, as running-stack/pulumi/stack-settings.ts chooses them. */
function settingsText(stack: string): string {
  const name = `Pulumi.${path.basename(stack)}.yaml`;
  const committed = textOf(path.join(projectRoot, name));
  if (/^(encryptionsalt|secretsprovider):/m.test(committed)) return committed;
  return `${committed}\n${textOf(dataPath("settings", name))}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Without quotes or a comment. */
function bare(value: string): string {
  const [, quoted] = /^(["'].*?["'])/.exec(value) ?? [];
  return quoted ? quoted.slice(1, -1) : value.replace(/\s+#.*$/, "").trim();
}
