import { spawn } from "node:child_process";
import path from "node:path";
import { PersonError } from "../infra/errors.ts";
import { projectRoot } from "../infra/project.ts";

/** Runs `up` for the stack and shows its progress. @throws PersonError when it fails. */
export function deployAgain(stack: string, args: string[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    const errors = path.join(projectRoot, "cli", "person-errors.ts");
    const up = path.join(projectRoot, "cli", "commands", "up.ts");
    const child = spawn(process.execPath, ["--import", errors, up, "--stack", stack, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0
        ? resolve()
        : reject(new PersonError(`The deployment of the stack ${stack} failed, for the reason above.`)),
    );
  });
}
