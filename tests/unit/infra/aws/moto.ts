import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pythonOf } from "../../../../infra/policy/python-tool.ts";

/** moto's AWS, for as long as a test needs it. */
export interface Moto {
  endpoint: string;
  subnetId: string;
  securityGroupId: string;
  stop: () => Promise<void>;
}

/** What the AWS clients need to talk to it. */
export function clientSettings({ endpoint }: Pick<Moto, "endpoint">) {
  return { endpoint, region: "eu-central-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

/** The Python that has moto; or why there is none. */
export async function findMoto(): Promise<{ python: string } | { missing: string }> {
  return pythonOf({ name: "moto", version: "5.2.5", extra: "server" }).then(
    (python) => ({ python }),
    (error) => ({ missing: (error as Error).message }),
  );
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
