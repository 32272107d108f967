import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { provideStackImage } from "../../../running-stack/build-image.ts";
import { connectEngine } from "../../../running-stack/engine.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Two runs at once, in two work trees say, have containers of their own. */
const stack = `servicetest-${process.pid}`;
const label = `capstone.stack=${stack}`;

/** What tests connect to. Everything in it is made up for one run. */
export interface Backends {
  database: {
    host: string;
    port: number;
    ownerPassword: string;
    applicationPassword: string;
    container: string;
  };
  objectStore: { endpoint: string; webUrl: string; bucket: string; accessKey: string; secretKey: string };
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** A real Postgres and a real Garage, from the images of the stack. */
export async function startBackends(): Promise<Backends> {
  await removeContainers();
  const [database, objectStore] = await Promise.all([startDatabase(), startObjectStore()]);
  return { database, objectStore };
}

/** Removes every container of this run, and those that a run which is no more left behind. */
export async function removeContainers(): Promise<void> {
  const names = await docker(
    "ps",
    "--all",
    "--format",
    "{{.Names}}",
    "--filter",
    "name=^capstone-servicetest-",
  );
  const ours = names.split("\n").filter((name) => {
    const runner = Number(/^capstone-servicetest-(\d+)-/.exec(name)?.[1]);
    return runner === process.pid || (runner > 0 && !runs(runner));
  });
  if (ours.length > 0) await docker("rm", "--force", "--volumes", ...ours);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function fileInContainer(container: string, path: string): Promise<string> {
  return docker("exec", container, "cat", path);
}

/** Everything the database has logged: it logs every statement. */
export async function databaseLog(container: string): Promise<string> {
  const { stdout, stderr } = await run("docker", ["logs", container], { maxBuffer: 256 * 1024 * 1024 });
  return stdout + stderr;
}

async function startDatabase(): Promise<Backends["database"]> {
  const ownerPassword = secret();
  const container = await start("database", ["5432"], { OWNER_PASSWORD: ownerPassword });
  const ready = ["exec", container, "pg_isready", "--quiet", "--host", "127.0.0.1"];
  await until(() => docker(...ready));
  return {
    host: "127.0.0.1",
    port: await publishedPort(container, 5432),
    ownerPassword,
    applicationPassword: secret(),
    container,
  };
}

async function startObjectStore(): Promise<Backends["objectStore"]> {
  const keys = {
    accessKey: `GK${randomBytes(12).toString("hex")}`,
    secretKey: randomBytes(32).toString("hex"),
  };
  const bucket = "capstone-uploads";
  const container = await start("object-store", ["3900", "3902"], {
    BUCKET: bucket,
    ACCESS_KEY: keys.accessKey,
    SECRET_KEY: keys.secretKey,
  });
  await until(() => docker("exec", container, "test", "-e", "/tmp/ready"));
  return {
    endpoint: `http://127.0.0.1:${await publishedPort(container, 3900)}`,
    webUrl: `http://127.0.0.1:${await publishedPort(container, 3902)}`,
    bucket,
    ...keys,
  };
}

/** The image is the stack's own; what it runs is the script of that name beside this file. */
async function start(
  image: "database" | "object-store",
  ports: string[],
  environment: Record<string, string>,
): Promise<string> {
  const tag = await provideStackImage(await connectEngine(), image);
  const name = `capstone-${stack}-${image}-1`;
  const script = readFileSync(new URL(`start-${image}`, import.meta.url), "utf8");
  await docker(
    ...["run", "--detach", "--name", name, "--label", label, "--label", `capstone.role=${image}`],
    ...ports.flatMap((port) => ["--publish", `127.0.0.1::${port}`]),
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...["--shm-size", "256m", "--entrypoint", "bash", tag, "-c", script],
  );
  return name;
}

async function publishedPort(container: string, port: number): Promise<number> {
  const address = await docker("port", container, `${port}/tcp`);
  return Number(address.split("\n")[0]?.split(":").at(-1));
}

async function until(attempt: () => Promise<unknown>, timeoutMs = 240_000): Promise<void> {
  const endsAt = Date.now() + timeoutMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function secret(): string {
  return randomBytes(18).toString("base64url");
}
