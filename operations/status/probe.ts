import type Docker from "dockerode";
import type { Role } from "../../infra/topology.ts";
import { runIn } from "../../running-stack/execute.ts";
import type { PartObservation } from "./observation.ts";

/** The parts to probe, and the engine to reach them through. */
export interface ProbeTarget {
  engine: Docker;
  parts: PartObservation[];
}

const timeoutMs = 4_000;

/** The running containers of these roles. */
export function running(parts: PartObservation[], ...roles: Role[]): PartObservation[] {
  return parts.filter(({ role, state }) => roles.includes(role) && state === "running");
}

/** Runs a program in a part's container and returns what it printed; undefined when it failed or took too long. */
export async function probe(
  engine: Docker,
  part: PartObservation,
  command: string[],
): Promise<string | undefined> {
  const answer = runIn(engine.getContainer(part.containerName), command).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), timeoutMs).unref());
  return Promise.race([answer, late]);
}

/** The first readable answer of several parts, all probed at once. */
export async function firstAnswer<T>(
  { engine }: ProbeTarget,
  parts: PartObservation[],
  command: string[],
  read: (printed: string) => T | undefined,
): Promise<T | undefined> {
  const answers = parts.map(async (part) => {
    const printed = await probe(engine, part, command);
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
