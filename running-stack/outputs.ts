import { PersonError } from "../infra/errors.ts";
import { readPulumi } from "./pulumi/pulumi-cli.ts";

/** The outputs that drills need. */
export interface StackOutputs {
  target: "docker" | "aws";
  apiUrl: string;
  databaseUrl: string;
  databaseReadUrl: string;
  assetsUrl: string;
  monitoring: { metricsUrl: string | null; alertsUrl: string | null };
  release: { image: string; commit: string };
}

/** The outputs that are for everybody's eyes, on every target. */
export interface PublicOutputs {
  target: "docker" | "aws";
  apiUrl: string;
  /** A stack that was deployed with an older version has none. */
  monitoring?: { metricsUrl: string | null; alertsUrl: string | null; dashboardsUrl: string | null };
}

/**
 * The outputs of a stack as JSON, as Pulumi prints it.
 * @param options as in "--show-secrets"; without it secrets are masked.
 * @throws PersonError when it is not up.
 */
export async function printedOutputs(stack: string, ...options: string[]): Promise<string> {
  const command = ["stack", "output", "--json", "--stack", stack, ...options];
  const printed = await readPulumi(command).catch((error) => {
    const reason = /no stack named/.test(error.stderr)
      ? "it was never brought up"
      : error.stderr.trim().replace(/^error: /, "");
    throw new PersonError(`The outputs of the stack ${stack} cannot be read: ${reason}.`);
  });
  if (printed.trim() === "{}") {
    throw new PersonError(
      `The stack ${stack} has no outputs: it is not up. Bring it up with \`npm run up -- --stack ${stack}\`.`,
    );
  }
  return printed;
}

/**
 * Reads the outputs of a running stack, secrets too.
 * @throws PersonError when there is no such stack, or it does not run on Docker.
 */
export async function readOutputs(stack: string): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const text = await readPulumi(args).catch((error: Error) => {
    throw new PersonError(`The stack ${stack} has no outputs; \`npm run up\` creates it. ${error.message}`);
  });
  const outputs = JSON.parse(text) as StackOutputs;
  if (!outputs.apiUrl) throw new PersonError(`The stack ${stack} is not up; \`npm run up\` brings it up.`);
  if (outputs.target !== "docker") {
    throw new PersonError(
      `The stack ${stack} runs on ${outputs.target}; these drills are for docker; for AWS see docs/aws.md.`,
    );
  }
  return outputs;
}
