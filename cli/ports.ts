import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { readEngine } from "../infra/docker/engine/ask-engine.ts";
import { findEngine } from "../infra/docker/engine/find-engine.ts";
import { PersonError } from "../infra/errors.ts";

/** The ports that a stack on Docker publishes, by config key; an invalid port is left to the program to refuse. */
export function publishedPorts(configuration: Record<string, unknown>): Record<string, number> {
  const ports = Object.entries(configuration)
    .filter(([key]) => key.endsWith("Port"))
    .map(([key, value]): [string, number] => [key, Number(value)])
    .filter(([, port]) => Number.isInteger(port) && port > 0 && port < 65_536);
  return Object.fromEntries(ports);
}

/** A port that somebody else listens on. */
export interface TakenPort {
  /** The config key that sets it. */
  key: string;
  port: number;
  holder: string;
  /** False where the engine did not say whose its containers' ports are: it may be the stack's own. */
  certain: boolean;
}

/**
 * The ports that a stack would publish on 127.0.0.1 and that are neither free nor its own already.
 * @param ports By config key.
 * @param answerMs How long the engine may take to say which containers it runs.
 */
export async function takenPorts(
  stack: string,
  ports: Record<string, number>,
  answerMs?: number,
): Promise<TakenPort[]> {
  const asked = Object.entries(ports).map(async ([key, port]) => ({ key, port, taken: await isTaken(port) }));
  const taken = (await Promise.all(asked)).filter((port) => port.taken);
  const containers = taken.length > 0 ? await listContainers(answerMs) : undefined;
  const held = taken.map(async ({ key, port }) => {
    const container = containers?.find(({ Ports }) => Ports?.some(({ PublicPort }) => PublicPort === port));
    if (container?.Labels?.["capstone.stack"] === stack) return [];
    const name = container?.Names[0]?.slice(1);
    const holder = name ? `the container ${name}` : await processOn(port);
    return [{ key, port, holder, certain: containers !== undefined }];
  });
  return (await Promise.all(held)).flat();
}

/** A taken port, and what to do, in a sentence. */
export function sayTaken(stack: string, { key, port, holder }: TakenPort): string {
  return `Port ${port} (${key}) is taken by ${holder}: stop that, or set another with \`npm run pulumi -- config set ${key} PORT --stack ${stack}\`.`;
}

/**
 * Makes sure that the ports a stack will publish are free, or already its own.
 * Where the engine does not say whose they are, deploying goes on, and fails if they are somebody else's.
 * @throws PersonError that names each port that is taken, its config key and what holds it.
 */
export async function requirePorts(
  stack: string,
  ports: Record<string, number>,
  answerMs?: number,
): Promise<void> {
  const taken = (await takenPorts(stack, ports, answerMs)).filter(({ certain }) => certain);
  if (taken.length > 0) throw new PersonError(taken.map((port) => sayTaken(stack, port)).join("\n"));
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(true))
      .once("listening", () => server.close(() => resolve(false)));
    server.listen({ port, host: "127.0.0.1", exclusive: true });
  });
}

interface RunningContainer {
  /** As in "/capstone-dev-proxy-1". */
  Names: string[];
  Labels?: Record<string, string>;
  Ports?: { PublicPort?: number }[];
}

/** On a busy machine the engine may need minutes, and the port of a stack that runs is not to be taken for a stranger's. */
const patientMs = 10 * 60_000;

/** Every container that runs; undefined when the engine does not say. */
async function listContainers(answerMs = patientMs): Promise<RunningContainer[] | undefined> {
  const engine = await findEngine().catch(() => undefined);
  return engine && readEngine<RunningContainer[]>(engine.socketPath, "/containers/json", answerMs);
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
