import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { readDocker } from "../infra/docker/steps/docker-client.ts";
import { PersonError } from "../infra/errors.ts";

/**
 * Makes sure that the ports a stack will publish on 127.0.0.1 are free, or already its own.
 * @param ports By config key.
 * @throws PersonError that names each port that is taken, its config key and what holds it.
 */
export async function requirePorts(stack: string, ports: Record<string, number>): Promise<void> {
  const taken: string[] = [];
  for (const [key, port] of Object.entries(ports)) {
    if (!(await isTaken(port))) continue;
    const holder = await holderOf(port);
    if (holder.stack === stack) continue;
    taken.push(
      `Port ${port} (${key}) is taken by ${holder.name}: stop that, or set another with \`npm run pulumi -- config set ${key} PORT --stack ${stack}\`.`,
    );
  }
  if (taken.length > 0) throw new PersonError(taken.join("\n"));
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(true))
      .once("listening", () => server.close(() => resolve(false)));
    server.listen({ port, host: "127.0.0.1", exclusive: true });
  });
}

interface Holder {
  name: string;
  /** The stack whose container it is. */
  stack?: string;
}

async function holderOf(port: number): Promise<Holder> {
  const format = '{{.Names}} {{.Label "capstone.stack"}}';
  const args = ["ps", "--filter", `publish=${port}`, "--format", format];
  const listed = await readDocker(args).catch(() => undefined);
  const [container, stack] = listed?.trim().split("\n")[0]?.split(" ") ?? [];
  if (container) return { name: `the container ${container}`, ...(stack && { stack }) };
  return { name: await processOn(port) };
}

/** The process that listens, as far as Linux tells this user. */
async function processOn(port: number): Promise<string> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((table) => readFile(table, "utf8").catch(() => "")),
  );
  const inode = listeningInode(tables.join("\n"), port);
  for (const pid of inode ? await readdir("/proc") : []) {
    if (!/^\d+$/.test(pid)) continue;
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (target !== `socket:[${inode}]`) continue;
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program");
      return `${name.trim()} (process ${pid})`;
    }
  }
  return "another program";
}

/** The inode of the socket that listens on a port, from the text of /proc/net/tcp. */
export function listeningInode(table: string, port: number): string | undefined {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = "0A";
  for (const line of table.split("\n")) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === listening && local?.endsWith(`:${hexadecimal}`)) return inode;
  }
  return undefined;
}
