import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../infra/configuration/service.ts";
import { type Asked, ask, failed } from "../ask.ts";
import { fault, type Line, ok, seconds } from "../line.ts";
import type { TestDatabase } from "../platform/database.ts";
import { ServiceContainer, type Start } from "../service-container.ts";
import { type Started, said, watchStart } from "./start.ts";

const name = "start without a database";

/** From the database's return until a page has to be there. */
const returnMs = 15_000;

/** A node that is started while the database is away, which then comes. */
export interface StartedAlone {
  started: Started;
  page: string;
  /** What the page said last, with the database there; undefined where the node never came up. */
  last: Asked | undefined;
  answeredAfterMs: number | undefined;
  exitCode: number | undefined;
}

export async function startWithoutDatabase(
  start: Start,
  page: string,
  database: TestDatabase,
): Promise<{ container: ServiceContainer; alone: StartedAlone }> {
  await database.stop();
  const container = await ServiceContainer.start(start);
  const started = await watchStart(start.service, container);
  await database.start();
  const backAtMs = Date.now();
  const alone: StartedAlone = {
    started,
    page,
    last: undefined,
    answeredAfterMs: undefined,
    exitCode: undefined,
  };
  while (started.readyAfterMs !== undefined && Date.now() < backAtMs + returnMs) {
    const port = await container.port(start.service);
    if (port === undefined) break;
    alone.last = await ask(port, page);
    if (!failed(alone.last)) {
      alone.answeredAfterMs = Date.now() - backAtMs;
      break;
    }
    await sleep(100);
  }
  alone.exitCode = await container.exitCode();
  return { container, alone };
}

export function evaluateStartAlone({ health }: Service, alone: StartedAlone): Line {
  const { started, page, last, answeredAfterMs, exitCode } = alone;
  if (started.readyAfterMs === undefined)
    return fault(name, `while the database is away GET ${health} never says 200: ${said(started)}`);
  if (exitCode !== undefined) return fault(name, `it ended with ${exitCode} when the database came`);
  const ready = `GET ${health} said 200 after ${seconds(started.readyAfterMs)}`;
  if (answeredAfterMs === undefined)
    return fault(
      name,
      `${ready}, but with the database there GET ${page} says ${last?.status ?? last?.failure}`,
    );
  return ok(
    name,
    `${ready}, and GET ${page} ${last?.status}, ${seconds(answeredAfterMs)} after the database came`,
  );
}
