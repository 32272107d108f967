import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { projectRoot } from "../../project.ts";

let runs = 0;

/** Runs the program as the engine does: the entry that Pulumi.yaml names, afresh each time. */
export async function runProgram(): Promise<object> {
  const { main } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { main: string };
  runs += 1;
  return import(`${pathToFileURL(join(projectRoot, main)).href}?run=${runs}`);
}
