import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { dataDirectory } from "../../infra/directories.mjs";
import { failed } from "../load/ledger.ts";
import type { DrillRun } from "../run/run-drill.ts";

/**
 * Saves what a drill saw on this machine, for debugging: every request that failed or took long, every
 * action, every sign that the stack detected it. Times are milliseconds since the fault.
 * @returns The file.
 */
export function writeRunLog(stack: string, run: DrillRun, injectedAtMs: number): string {
  const { load, observation, actions, ...rest } = run;
  const since = (atMs: number) => atMs - injectedAtMs;
  const noteworthy = load.ledger.operations
    .filter(({ attempts, startedAtMs, endedAtMs }) => attempts.some(failed) || endedAtMs - startedAtMs > 500)
    .map(({ kind, client, attempts, outcome }) => ({
      kind,
      client,
      outcome,
      attempts: attempts.map(({ startedAtMs, endedAtMs, status, failure, servedBy }) => ({
        from: since(startedAtMs),
        to: since(endedAtMs),
        answer: status ?? failure,
        servedBy,
      })),
    }));
  const file = dataDirectory("drills", stack, `${run.name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  const log = {
    ...rest,
    actions: actions.map(({ what, kind, atMs, doneMs }) => ({
      what,
      kind,
      from: since(atMs),
      to: since(doneMs ?? atMs),
    })),
    downs: observation.proxies.flatMap(({ downs }) =>
      downs.map((down) => ({ ...down, atMs: since(down.atMs) })),
    ),
    containers: observation.containers.events.map((event) => ({ ...event, atMs: since(event.atMs) })),
    roles: observation.databaseNodes.flatMap(({ part, roleChanges }) =>
      roleChanges.map(({ atMs, role, state, timeline }) => ({
        node: part.name,
        atMs: since(atMs),
        role,
        state,
        timeline,
      })),
    ),
    noteworthy,
  };
  writeFileSync(file, JSON.stringify(log, null, 1));
  return file;
}
