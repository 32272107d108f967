import { Agent, get as getHttp, type IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import type Docker from "dockerode";
import type { Role } from "../../infra/topology.ts";
import { runIn } from "../../running-stack/execute.ts";
import type { PartObservation } from "./observation.ts";

/** The parts to probe, the engine to reach them through, and a place for what could not be probed. */
export interface ProbeTarget {
  engine: Docker;
  parts: PartObservation[];
  /** Why a part could not be asked, by its name: that says nothing about the part. */
  notAsked: Map<string, string>;
}

/** An HTTP address of a part inside the stack's networks, and the same question as a program in its container. */
export interface HttpProbe {
  port: number;
  path: string;
  command: string[];
}

const executeTimeoutMs = 4_000;
const directTimeoutMs = 2_000;
/** Containers' addresses are reachable from this machine only where the engine runs on its own kernel. */
export const addressesAreReachable = process.platform === "linux";

/** The running containers of these roles. */
export function running(parts: PartObservation[], ...roles: Role[]): PartObservation[] {
  return parts.filter(({ role, state }) => roles.includes(role) && state === "running");
}

/**
 * Runs a program in a part's container and returns what it printed. Undefined when it failed, and when it could not be
 * run, which is noted: on a full disk the engine starts no program, and on a starved machine none is done in time.
 */
export async function probe(
  { engine, notAsked }: ProbeTarget,
  part: PartObservation,
  command: string[],
): Promise<string | undefined> {
  const answer = runIn(engine.getContainer(part.containerName), command).catch((error: Error) => {
    const reason = reasonNotRun(error);
    if (reason) notAsked.set(part.name, reason);
    return undefined;
  });
  const late = new Promise<undefined>((resolve) => {
    const noteLate = () => {
      notAsked.set(part.name, `the engine did not run a program in it within ${executeTimeoutMs / 1_000} s`);
      resolve(undefined);
    };
    const timer = setTimeout(noteLate, executeTimeoutMs).unref();
    answer.finally(() => clearTimeout(timer));
  });
  return Promise.race([answer, late]);
}

/** The engine's own words where it, and not the program, failed. */
export function reasonNotRun(error: Error): string | undefined {
  const text = error.message;
  if (/no space left on device/.test(text)) return "the disk is full, so the engine can run nothing in it";
  if (/OCI runtime|failed to create|cannot allocate memory|statusCode|HTTP code 5/.test(text))
    return `the engine cannot run a program in it: ${text.split("\n")[0]}`;
  return undefined;
}

/** Asks over HTTP, straight where that is possible, else by a program in the container. */
export async function probeHttp(
  target: ProbeTarget,
  part: PartObservation,
  { port, path, command }: HttpProbe,
): Promise<string | undefined> {
  if (addressesAreReachable) {
    const asked = part.addresses.map((address) => get(`http://${address}:${port}${path}`));
    const answer = await Promise.any(asked).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return probe(target, part, command);
}

/** A proxy that the environment names is for the networks outside; no list of exceptions can name the containers. */
const direct = new Agent();

/** What is at an address of this machine's own networks. */
export async function get(url: string): Promise<string> {
  return readText(await answerAt(url));
}

/** The status that an address of this machine's own networks answers with. */
export async function statusOf(url: string): Promise<number> {
  const answer = await answerAt(url);
  answer.resume();
  return answer.statusCode ?? 0;
}

function answerAt(url: string): Promise<IncomingMessage> {
  const options = { agent: direct, signal: AbortSignal.timeout(directTimeoutMs) };
  return new Promise<IncomingMessage>((resolve, reject) => {
    getHttp(url, options, resolve).on("error", reject);
  });
}

/** The first readable answer of several parts, all probed at once. */
export async function firstAnswer<T>(
  parts: PartObservation[],
  ask: (part: PartObservation) => Promise<string | undefined>,
  read: (printed: string) => T | undefined,
): Promise<T | undefined> {
  const answers = parts.map(async (part) => {
    const printed = await ask(part);
    const found = printed === undefined ? undefined : readable(() => read(printed));
    if (found === undefined) throw new Error(`${part.name} gave no readable answer.`);
    return found;
  });
  return Promise.any(answers).catch(() => undefined);
}

/** An unreadable answer counts as none. */
function readable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
