import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../infra/configuration/service.ts";
import type { Ended } from "../../../infra/docker/steps/docker-client.ts";
import { type Asked, ask } from "../ask.ts";
import { fault, type Line, ok, seconds, unchecked } from "../line.ts";
import type { ServiceContainer } from "../service-container.ts";

const port = "port";
const health = "health";

/** As the proxies' own: who takes longer is called down. */
const healthMs = 1_000;

/** A container's start, seen from outside. */
export interface Started {
  /** When it first answered anything on its port, after its start. */
  answeredAfterMs: number | undefined;
  /** When health first said 200. */
  readyAfterMs: number | undefined;
  /** What health said last. */
  last: Asked | undefined;
  /** What came of the check inside of it, as the engine runs it; undefined where it was not reached. */
  inside: Pick<Ended, "exitCode" | "standardError"> | undefined;
  /** Undefined while it runs. */
  exitCode: number | undefined;
  lastWords: string;
}

/** Waits until health says 200, as long as the declaration allows. */
export async function watchStart(service: Service, container: ServiceContainer): Promise<Started> {
  const endsAtMs = container.startedAtMs + service.startSeconds * 1_000;
  const started: Started = {
    answeredAfterMs: undefined,
    readyAfterMs: undefined,
    last: undefined,
    inside: undefined,
    exitCode: undefined,
    lastWords: "",
  };
  while (started.readyAfterMs === undefined && Date.now() < endsAtMs) {
    const onThisMachine = await container.port(service);
    if (onThisMachine !== undefined) {
      const asked = await ask(onThisMachine, service.health, healthMs);
      started.last = asked;
      const afterMs = Date.now() - container.startedAtMs;
      if (asked.status !== undefined) started.answeredAfterMs ??= afterMs;
      if (asked.status === 200) started.readyAfterMs = afterMs;
    }
    started.exitCode = await container.exitCode();
    if (started.exitCode !== undefined) break;
    if (started.readyAfterMs === undefined) await sleep(100);
  }
  if (started.readyAfterMs === undefined) started.lastWords = await container.lastWords();
  else started.inside = await container.checkHealth(service);
  return started;
}

export function evaluateStart(service: Service, started: Started): Line[] {
  const { answeredAfterMs, readyAfterMs } = started;
  if (answeredAfterMs === undefined) {
    const why =
      started.exitCode === undefined
        ? `nothing answers on port ${service.port} within startSeconds, ${service.startSeconds} s; it has to listen on 0.0.0.0. Its last line: ${started.lastWords}`
        : `it ended with ${started.exitCode} before it answered: ${started.lastWords}`;
    return [fault(port, why), unchecked(health, "nothing answers")];
  }
  const listens = ok(port, `answers on ${service.port}, ${seconds(answeredAfterMs)} after its start`);
  if (readyAfterMs !== undefined) return [listens, evaluateReady(service, readyAfterMs, started)];
  return [
    listens,
    fault(
      health,
      `GET ${service.health} never answered 200 within ${service.startSeconds} s: ${said(started)}`,
    ),
  ];
}

function evaluateReady({ health: path }: Service, readyAfterMs: number, { inside }: Started): Line {
  const ready = `GET ${path} says 200 after ${seconds(readyAfterMs)}`;
  if (inside?.exitCode === 0) return ok(health, `${ready}, and so does the check inside of the container`);
  const why = `ended with ${inside?.exitCode}: ${inside?.standardError.trim().slice(0, 200)}`;
  return fault(
    health,
    `${ready}, but the check inside of the container ${why}; healthCheck can name another`,
  );
}

/** What health said last, or why it said nothing. */
export function said({ last, exitCode, lastWords }: Started): string {
  if (exitCode !== undefined) return `it ended with ${exitCode}: ${lastWords}`;
  if (last?.status === undefined) return last?.failure ?? lastWords;
  return `${last.status} ${last.body.slice(0, 100)}`.trim();
}
