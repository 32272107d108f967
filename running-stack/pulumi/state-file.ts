import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readProject } from "./project.ts";

/** The folder that Pulumi keeps its states and locks in; undefined where its backend is none on this machine. */
export function backendFolder(): string | undefined {
  const backend = process.env.PULUMI_BACKEND_URL;
  if (!backend?.startsWith("file:///")) return undefined;
  return path.join(fileURLToPath(backend.split("?")[0] ?? backend), ".pulumi");
}

/** The file that has the stack's state on this machine, whether it is there or not. */
export function stateFile(stack: string): string | undefined {
  const folder = backendFolder();
  return folder && path.join(folder, "stacks", readProject().name, `${stack}.json`);
}

/** The same where it is there and no JSON: Pulumi refuses everything then. */
export function damagedStateFile(stack: string): string | undefined {
  const file = stateFile(stack);
  return file && existsSync(file) && !isJson(readFileSync(file, "utf8")) ? file : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
