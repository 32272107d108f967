import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readProject } from "./project.ts";

/** The file of the stack's state on this machine where it is no JSON: Pulumi refuses everything then. */
export function damagedStateFile(stack: string): string | undefined {
  const backend = process.env.PULUMI_BACKEND_URL;
  if (!backend?.startsWith("file:///")) return undefined;
  const stacks = path.join(fileURLToPath(backend), ".pulumi", "stacks", readProject().name);
  const file = path.join(stacks, `${stack}.json`);
  return existsSync(file) && !isJson(readFileSync(file, "utf8")) ? file : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
