import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { isRefusal } from "../../running-stack/engine.ts";
import { evaluate } from "./evaluate.ts";
import type { PartObservation, StackObservation } from "./observation.ts";
import { probeStack } from "./probe-stack.ts";

/** Long enough for a database node that mends itself, which begins after two minutes. */
const usualMs = 3 * 60_000;
/** A replica that is being copied may take as long as the database is large. */
const copyingMs = 30 * 60_000;
const pauseMs = 1_000;

/** A container that Docker has been restarting for this long without a further attempt was given up by it. */
const givenUpMs = 15_000;

/**
 * Waits until a stack is healthy and starts what only has to be started: a container that was stopped, paused, or that
 * Docker gave up restarting.
 * @param say Told what was started, and what is waited for.
 * @returns What is still missing when the time is up, a sentence each; nothing when the stack is healthy.
 */
export async function settle(engine: Docker, stack: string, say: (line: string) => void): Promise<string[]> {
  const startedAtMs = Date.now();
  const attempted = new Map<string, { restarts: number; sinceMs: number }>();
  let said = "";
  for (;;) {
    const observation = await probeStack(engine, stack);
    const { failures, missing } = evaluate(aboutTheDeployment(observation));
    const left = [...failures, ...missing];
    if (left.length === 0) return [];
    const copying = observation.database.members.some(({ state }) => state === "creating replica");
    if (Date.now() - startedAtMs > (copying ? copyingMs : usualMs)) return left;
    for (const part of observation.parts) {
      const started = await startAgain(engine, part, attempted);
      if (started) say(started);
    }
    if (left.join() !== said && Date.now() - startedAtMs > 5_000) {
      said = left.join();
      say(`waiting: ${left.join("; ")}`);
    }
    await sleep(pauseMs);
  }
}

/**
 * What a deployment can bring about. Alerts go on for a while after their cause is gone, and whether the newest backup
 * restores is found out by the next verification.
 */
export function aboutTheDeployment(observation: StackObservation): StackObservation {
  const { alerts, backup } = observation;
  return { ...observation, alerts: alerts && [], backup: backup && { ...backup, restoreOk: undefined } };
}

async function startAgain(
  engine: Docker,
  part: PartObservation,
  attempted: Map<string, { restarts: number; sinceMs: number }>,
): Promise<string | undefined> {
  const container = engine.getContainer(part.containerName);
  switch (part.state) {
    case "paused":
      await container.unpause();
      return `${part.name} was paused; it goes on`;
    case "exited":
    case "created":
      if (attempted.has(part.name)) return undefined;
      attempted.set(part.name, { restarts: 0, sinceMs: Date.now() });
      await container.start().catch((error: unknown) => {
        if (!isRefusal(error, 304)) throw error;
      });
      return `${part.name} was ${part.state}; it is started`;
    case "restarting": {
      const { RestartCount } = await container.inspect();
      const before = attempted.get(part.name);
      if (before?.restarts !== RestartCount) {
        attempted.set(part.name, { restarts: RestartCount, sinceMs: Date.now() });
        return undefined;
      }
      // Between two attempts Docker waits up to a minute: only one that is not counted on is restarted by hand.
      if (Date.now() - before.sinceMs < givenUpMs) return undefined;
      attempted.set(part.name, { restarts: -1, sinceMs: Date.now() });
      await container.restart();
      return `Docker had given up restarting ${part.name}; it is restarted`;
    }
    default:
      return undefined;
  }
}
