import { PersonError } from "../../errors.ts";
import { askEngine } from "./ask-engine.ts";
import { clientEndpoint, type Endpoint, type Machine, thisMachine, usualEndpoints } from "./endpoint.ts";

/** An engine that answers on this machine. */
export interface Engine extends Endpoint {
  socketPath: string;
}

/** What came of asking at an endpoint: "answers", or why the stack cannot use it. */
export type State = "answers" | "podman" | "remote" | "not there" | "not allowed" | "silent";

export interface Candidate extends Endpoint {
  state: State;
}

/**
 * Every place where an engine may be, in the order in which they count: the client's own, then the usual sockets.
 * @throws PersonError when the client's context is not there.
 */
export async function candidates(machine: Machine = thisMachine()): Promise<Candidate[]> {
  const first = clientEndpoint(machine);
  const others = usualEndpoints(machine).filter(({ host }) => host !== first.host);
  return Promise.all(
    [first, ...others].map(async (endpoint) => ({ ...endpoint, state: await ask(endpoint) })),
  );
}

/** Every answer of Podman has this header, and none of Docker's. */
const podmanHeader = "libpod-api-version";

/** What connecting to a socket fails with where nobody listens. */
const nobody = ["ENOENT", "ENOTDIR", "ENOTSOCK", "ECONNREFUSED"];

async function ask({ host }: Endpoint): Promise<State> {
  const socketPath = socketOf(host);
  if (!socketPath) return "remote";
  const answer = await askEngine(socketPath, "/_ping");
  if (typeof answer === "string") {
    if (answer === "EACCES" || answer === "EPERM") return "not allowed";
    return nobody.includes(answer) ? "not there" : "silent";
  }
  if (answer.headers[podmanHeader] !== undefined) return "podman";
  return answer.status === 200 ? "answers" : "silent";
}

function socketOf(host: string): string | undefined {
  return host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
}

/** Where the default is so, another engine may be meant. One that is silent is there, and has the stack perhaps. */
const elsewhere: State[] = ["not there", "not allowed", "podman"];

/**
 * The engine that every process of a command uses: where Docker's client would go or, when nobody chose one and there is
 * none at the default that may be used, the first of the usual sockets that does.
 * @returns Undefined when none answers.
 * @throws PersonError when it is remote, is Podman, or may not be used, and there is no other.
 */
export async function findEngine(machine: Machine = thisMachine()): Promise<Engine | undefined> {
  const first = clientEndpoint(machine);
  const state = await ask(first);
  const others = !first.chosen && elsewhere.includes(state) ? usualEndpoints(machine) : [];
  if (state === "answers") return engineAt(first);
  for (const endpoint of others) {
    if ((await ask(endpoint)) === "answers") return engineAt(endpoint);
  }
  const sentence = refusal(first, state);
  if (sentence) throw new PersonError(sentence);
  return undefined;
}

function engineAt(endpoint: Endpoint): Engine {
  return { ...endpoint, socketPath: socketOf(endpoint.host) ?? "" };
}

/** Why the stack cannot use an engine, and what to do, in a sentence; undefined when it only has to be started. */
export function refusal({ host, from }: Endpoint, state: State): string | undefined {
  const engine = `The Docker engine at ${host} (${from})`;
  if (state === "remote")
    return `${engine} is remote: the stack publishes its ports on 127.0.0.1 of the machine that the engine runs on, so run this there, or point DOCKER_HOST or the client's context to a unix:// socket.`;
  if (state === "podman")
    return `${engine} is Podman, whose restart policies, health checks and image builds are not Docker's, and the stack depends on them: use a Docker engine.`;
  if (state === "not allowed")
    return `${engine} may not be used by this user: join its group (\`sudo usermod -aG docker $USER\`, then log in again), or run it rootless.`;
  return undefined;
}

/** What tells every further process, Docker's client and Pulumi's plugin too, which engine it is. Empty where none is. */
export async function engineEnvironment(machine: Machine = thisMachine()): Promise<Record<string, string>> {
  // A command that needs the engine was refused before.
  const engine = await findEngine(machine).catch(() => undefined);
  return engine ? { DOCKER_HOST: engine.host } : {};
}
