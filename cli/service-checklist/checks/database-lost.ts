import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../infra/configuration/service.ts";
import { type Asked, ask, askUntil, failed } from "../ask.ts";
import { fault, type Line, ok, seconds, unchecked } from "../line.ts";
import type { TestDatabase } from "../platform/database.ts";
import type { ServiceContainer } from "../service-container.ts";

const survives = "database lost and back";
const healthy = "health without a database";

/** About a failover with everything at its slowest, but for a primary that vanishes in silence. */
const awayMs = 5_000;
/** From then on it answers again, or is called lost. */
const returnMs = 15_000;
const clients = 4;

/** What clients and proxies saw while the database was away for a while. */
export interface DatabaseLost {
  page: string;
  asked: Asked[];
  health: Asked[];
  lostAtMs: number;
  backAtMs: number;
  exitCode: number | undefined;
}

export async function takeDatabaseAway(
  service: Service,
  container: ServiceContainer,
  port: number,
  page: string,
  database: TestDatabase,
): Promise<DatabaseLost> {
  let over = false;
  const asking = Array.from({ length: clients }, () =>
    askUntil(
      () => over,
      50,
      () => ask(port, page),
    ),
  );
  const watching = askUntil(
    () => over,
    250,
    () => ask(port, service.health, 1_000),
  );
  await sleep(500);
  const lostAtMs = Date.now();
  await database.stop();
  await sleep(awayMs);
  await database.start();
  const backAtMs = Date.now();
  const endsAtMs = backAtMs + returnMs;
  // Until everything that is pooled was used once.
  let answeredAtMs: number | undefined;
  while (Date.now() < endsAtMs && (answeredAtMs === undefined || Date.now() < answeredAtMs + 2_000)) {
    const asked = await ask(port, page);
    answeredAtMs = failed(asked) ? undefined : (answeredAtMs ?? Date.now());
    await sleep(50);
  }
  over = true;
  const [health, ...asked] = await Promise.all([watching, ...asking]);
  const exitCode = await container.exitCode();
  return { page, asked: asked.flat(), health, lostAtMs, backAtMs, exitCode };
}

export function evaluateDatabaseLost(service: Service, lost: DatabaseLost): Line[] {
  return [evaluateReturn(lost), evaluateHealth(service, lost)];
}

function evaluateReturn({ page, asked, lostAtMs, backAtMs, exitCode }: DatabaseLost): Line {
  if (exitCode !== undefined) return fault(survives, `it ended with ${exitCode} when its database went`);
  const before = asked.filter(({ endedAtMs }) => endedAtMs < lostAtMs);
  if (before.length === 0 || before.some(failed))
    return unchecked(survives, `GET ${page} fails with its database there; name a page with --page`);
  const meanwhile = asked.filter(({ endedAtMs }) => endedAtMs >= lostAtMs);
  const failures = meanwhile.filter(failed);
  const longest = Math.max(0, ...meanwhile.map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs));
  const away = `GET ${page}, while the database was away for ${seconds(backAtMs - lostAtMs)}`;
  if (failures.length === 0 && longest < awayMs / 2)
    return unchecked(
      survives,
      `${away}: never failed nor waited, so it asks no database; name a page that does with --page`,
    );
  const first = meanwhile.find((one) => !failed(one) && one.endedAtMs >= backAtMs);
  const last = meanwhile.findLast(failed);
  const sum = `${away}: ${failures.length} of ${meanwhile.length} requests failed${kindsOf(failures)}, the longest took ${seconds(longest)}`;
  if (!first || (last && last.startedAtMs > backAtMs + returnMs - 2_000))
    return fault(survives, `${sum}; ${seconds(returnMs)} after it was back it still fails`);
  const late = failures.filter(({ startedAtMs }) => startedAtMs >= backAtMs).length;
  return ok(
    survives,
    `${sum}; it was answered ${seconds(first.endedAtMs - backAtMs)} after the return, ${late} more failed then`,
  );
}

/** As in ": 12 × 500, 3 × ECONNRESET". */
function kindsOf(failures: Asked[]): string {
  const kinds = Map.groupBy(failures, ({ status, failure }) => String(status ?? failure));
  const counted = [...kinds].map(([kind, those]) => `${those.length} × ${kind}`);
  return counted.length === 0 ? "" : ` (${counted.join(", ")})`;
}

function evaluateHealth({ health: path }: Service, { health }: DatabaseLost): Line {
  const wrong = health.filter(({ status }) => status !== 200);
  if (wrong.length === 0) return ok(healthy, `GET ${path} said 200 all the time, ${health.length} times`);
  return fault(
    healthy,
    `GET ${path} failed ${wrong.length} of ${health.length} times${kindsOf(wrong)}: with the database every node would be called down`,
  );
}
