import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { cacheDirectory } from "../../../../infra/directories.mjs";

const version = "5.2.5";

/** moto's AWS, for as long as a test needs it. */
export interface Moto {
  endpoint: string;
  subnetId: string;
  securityGroupId: string;
  stop: () => Promise<void>;
}

/** What the AWS clients need to talk to it. */
export function clientSettings({ endpoint }: Moto) {
  return { endpoint, region: "eu-central-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

/** The Python that has moto, installed from PyPI once for each version; or why there is none. */
export async function findMoto(): Promise<{ python: string } | { missing: string }> {
  const home = cacheDirectory(`moto-${version}`);
  const python = join(home, "bin", "python");
  if (existsSync(python)) return { python };
  const run = promisify(execFile);
  const scratch = `${home}.${process.pid}`;
  try {
    await mkdir(dirname(home), { recursive: true });
    await run("python3", ["-m", "venv", scratch]);
    await run(join(scratch, "bin", "python"), [
      "-m",
      "pip",
      "install",
      "--quiet",
      `moto[server]==${version}`,
    ]);
    // Another run may have been quicker.
    await rename(scratch, home).catch(() => undefined);
    return { python };
  } catch (error) {
    return {
      missing: `moto ${version} is not to be had from PyPI: ${(error as Error).message.split("\n")[0]}`,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Starts moto on a free port of 127.0.0.1. */
export async function startMoto(python: string): Promise<Moto> {
  const server = spawn(python, [join(import.meta.dirname, "moto_server.py")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaint = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  for await (const line of createInterface({ input: server.stdout })) {
    return {
      ...(JSON.parse(line) as Omit<Moto, "stop">),
      stop: () => {
        server.stdin.end();
        return ended;
      },
    };
  }
  throw new Error(`moto did not start: ${complaint}`);
}
