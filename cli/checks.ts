import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import path from "node:path";
import { projectRoot } from "../infra/project.ts";

/** A tool of node_modules whose exit status is its verdict. */
interface Check {
  name: string;
  tool: string;
  args: string[];
}

const sourceFolders = [
  ...["app", "cli", "drills", "import-sqlite", "infra", "migrations"],
  ...["operations", "running-stack", "stacks", "tests"],
];

export const checks: Check[] = [
  { name: "format and lint", tool: "biome", args: ["ci", "--colors=off", "."] },
  { name: "types", tool: "tsc", args: ["--project", ".", "--noEmit"] },
  { name: "types of the page", tool: "tsc", args: ["--project", "app/page", "--noEmit"] },
  {
    name: "types of the dashboards",
    tool: "tsc",
    args: ["--project", "tsconfig.browser.json", "--noEmit"],
  },
  {
    name: "who imports whom",
    tool: "depcruise",
    args: ["--config", ".dependency-cruiser.mjs", ...sourceFolders],
  },
];

/** Runs a check with `runTool`. @returns Whether it passed. */
export async function runCheck({ name, tool, args }: Check, place: Place = "alone"): Promise<boolean> {
  const status = await runTool(tool, args, place);
  console.log(`${status === 0 ? "passed" : "FAILED"}: ${name}`);
  return status === 0;
}

/**
 * What runs `beside` something else has a lower priority, and its output is shown in one piece when it has ended.
 */
export type Place = "alone" | "beside";

/**
 * A third of the processor time that others get. Beside four busy loops 10, the system's own step, leaves next to none; at 2
 * the stack's tests, which are the longer, take a fifth longer on a machine with nothing else to do.
 */
const besideNiceness = 5;

/** Runs a tool of node_modules to completion. @returns Its exit status. */
export function runTool(tool: string, args: string[], place: Place = "alone"): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = place === "alone" ? "inherit" : "pipe";
    const child = spawn(path.join(projectRoot, "node_modules", ".bin", tool), args, {
      cwd: projectRoot,
      stdio: ["inherit", output, output],
    });
    if (place === "beside" && child.pid) setPriority(child.pid, besideNiceness);
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(chunk));
    const stop = () => child.kill("SIGTERM");
    process.on("SIGTERM", stop);
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGTERM", stop);
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}
