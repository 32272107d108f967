import { spawn } from "node:child_process";
import { PersonError } from "../infra/errors.ts";

export interface Attachment {
  /** For the program alone. Docker's client has it in its arguments: no secret belongs here. */
  environment?: Record<string, string>;
  /** Whether it reads our standard input; it does unless this is false. */
  reads?: boolean;
}

/** Whether a person is at both ends. */
export function hasTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}

/**
 * Runs a program in a container with our terminal or, where there is none, our standard input and output. Docker's own
 * client does that: it knows terminals, their sizes and their signals.
 * @returns The program's exit status.
 */
export function attach(
  container: string,
  program: string[],
  { environment = {}, reads = true }: Attachment = {},
): Promise<number> {
  const options = [
    ...(reads ? ["--interactive"] : []),
    ...(hasTerminal() ? ["--tty"] : []),
    ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ];
  return new Promise((resolve, reject) => {
    const client = spawn("docker", ["exec", ...options, container, ...program], { stdio: "inherit" });
    // Ctrl-C is the program's; we only have to outlive it.
    process.on("SIGINT", () => {});
    client.once("error", (error) =>
      reject(new PersonError(`Docker's client cannot be started: ${error.message}`)),
    );
    client.once("close", (code) => resolve(code ?? 143));
  });
}
