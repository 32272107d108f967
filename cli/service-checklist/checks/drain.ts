import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../infra/configuration/service.ts";
import { type Asked, ask, askUntil, begin, failed } from "../ask.ts";
import { fault, type Line, ok, seconds } from "../line.ts";
import type { ServiceContainer } from "../service-container.ts";

const drains = "drain";
const leaves = "health while draining";
const ends = "end";

/** As the proxies: they ask so often, wait so long, and send nothing more after so many that failed. */
const proxies = { everyMs: 100, timeoutMs: 370, fall: 2 };
const clients = 4;

/** What clients and proxies saw from SIGTERM on. */
export interface Drained {
  /** The request that was half sent when the signal came. */
  begun: Asked;
  /** Those that proxies would have sent it: until they called it down. */
  asked: Asked[];
  health: Asked[];
  toldAtMs: number;
  /** Until it had ended. */
  tookMs: number;
  /** Undefined when it had not ended in time. */
  exitCode: number | undefined;
}

/** Sends SIGTERM under load, and behaves as the proxies do. */
export async function drain(
  service: Service,
  container: ServiceContainer,
  port: number,
  page: string,
): Promise<Drained> {
  let down = false;
  const health: Asked[] = [];
  const asking = Array.from({ length: clients }, () =>
    askUntil(
      () => down,
      20,
      () => ask(port, page),
    ),
  );
  const half = await begin(port, page);
  await sleep(500);
  const toldAtMs = Date.now();
  await container.terminate();
  const endsAtMs = toldAtMs + service.stopSeconds * 1_000;
  const watching = (async () => {
    for (let failures = 0; failures < proxies.fall && Date.now() < endsAtMs; ) {
      const asked = await ask(port, service.health, proxies.timeoutMs);
      health.push(asked);
      failures = asked.status === 200 ? 0 : failures + 1;
      await sleep(proxies.everyMs);
    }
    down = true;
  })();
  await watching;
  const begun = await half.finish();
  const asked = (await Promise.all(asking)).flat();
  const exitCode = await container.end(endsAtMs - Date.now());
  const tookMs = Date.now() - toldAtMs;
  return { begun, asked, health, toldAtMs, tookMs, exitCode };
}

export function evaluateDrain(service: Service, drained: Drained): Line[] {
  return [evaluateRequests(drained), evaluateHealth(service, drained), evaluateEnd(service, drained)];
}

function evaluateRequests({ begun, asked, toldAtMs }: Drained): Line {
  const since = asked.filter(({ endedAtMs }) => endedAtMs >= toldAtMs);
  const cut = since.filter(failed);
  const half = failed(begun)
    ? `the one that was half sent at SIGTERM was ${begun.status ?? `cut (${begun.failure})`}`
    : `the one that was half sent at SIGTERM was answered ${begun.status}`;
  if (cut.length === 0 && !failed(begun))
    return ok(drains, `all ${since.length} requests after SIGTERM were answered, and ${half}`);
  const kinds = [...new Set(cut.map(({ status, failure }) => status ?? failure))].join(", ");
  const share = `${cut.length} of ${since.length} requests failed that proxies sent after SIGTERM`;
  return fault(drains, `${share}${kinds === "" ? "" : ` (${kinds})`}; ${half}`);
}

function evaluateHealth({ health: path, drainingText = "" }: Service, { health, toldAtMs }: Drained): Line {
  const leaving = health.find(({ status, body }) => status === 503 && body.includes(drainingText));
  if (leaving)
    return ok(leaves, `GET ${path} says 503 from ${seconds(leaving.endedAtMs - toldAtMs)} after SIGTERM`);
  const statuses = [...new Set(health.map(({ status, failure }) => status ?? failure))].join(", then ");
  const wanted = drainingText === "" ? "503" : `503 with "${drainingText}"`;
  return fault(
    leaves,
    `GET ${path} never says ${wanted} after SIGTERM, but ${statuses}: proxies are not told`,
  );
}

function evaluateEnd({ stopSeconds }: Service, { exitCode, tookMs }: Drained): Line {
  if (exitCode === undefined)
    return fault(ends, `it had not ended ${stopSeconds} s after SIGTERM, its stopSeconds`);
  const after = `ended with ${exitCode}, ${seconds(tookMs)} after SIGTERM; stopSeconds is ${stopSeconds}`;
  return ok(ends, after);
}
