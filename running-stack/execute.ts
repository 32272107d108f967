import { PassThrough, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

export interface Execution {
  output: Readable;
  errors: Readable;
  /** Writes this text and closes the program's standard input; a program that reads it to its end ends then. */
  close: (input?: string) => void;
  exitCode: () => Promise<number | null>;
}

/** Starts a program in a running container. Its input stays open until `close`. */
export async function startIn(container: Docker.Container, command: string[]): Promise<Execution> {
  const exec = await container.exec({
    Cmd: command,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const output = new PassThrough();
  const errors = new PassThrough();
  container.modem.demuxStream(stream, output, errors);
  const ended = () => {
    output.end();
    errors.end();
  };
  // A container that dies takes the connection with it, with or without an error.
  stream.on("end", ended).on("close", ended).on("error", ended);
  return {
    output,
    errors,
    close: (input = "") => stream.end(input),
    exitCode: async () => (await exec.inspect()).ExitCode,
  };
}

/**
 * Runs a program in a container to completion.
 * @param input What it reads on standard input.
 * @returns What it wrote on standard output, trimmed.
 * @throws Error with what it wrote on standard error when it fails.
 */
export async function runIn(container: Docker.Container, command: string[], input = ""): Promise<string> {
  const execution = await startIn(container, command);
  execution.close(input);
  const [printed, complaint] = await Promise.all([text(execution.output), text(execution.errors)]);
  const status = await execution.exitCode();
  if (status !== 0) {
    throw new Error(`${command[0]} ended with status ${status}: ${(complaint || printed).trim()}`);
  }
  return printed.trim();
}
