import type { Ended } from "../../../infra/docker/steps/docker-client.ts";
import { lastLines } from "../../../infra/docker/steps/docker-client.ts";
import { fault, type Line, ok, unchecked } from "../line.ts";
import { ServiceContainer, type Start } from "../service-container.ts";

const once = "migration";
const twice = "migration, again";
const newest = "newest migration";

/** As the deployment's own gate. */
const migrationMs = 300_000;

/** Runs the migration on an empty database, and on what it left there. */
export async function checkMigration(start: Omit<Start, "role">): Promise<Line[]> {
  const { migrate } = start.service;
  if (!migrate) return evaluateMigration(undefined, undefined);
  const first = await run({ ...start, command: migrate, role: "migration-1" });
  const second =
    first.exitCode === 0 ? await run({ ...start, command: migrate, role: "migration-2" }) : undefined;
  return evaluateMigration(first, second);
}

async function run(start: Start): Promise<Ended> {
  const container = await ServiceContainer.start(start);
  const exitCode = (await container.end(migrationMs)) ?? null;
  return { ...(await container.logs()), exitCode };
}

/**
 * @param first Undefined where none is declared.
 * @param second Undefined where the first failed.
 */
export function evaluateMigration(first: Ended | undefined, second: Ended | undefined): Line[] {
  if (!first)
    return [ok(once, "none is declared"), ok(twice, "none is declared"), ok(newest, "none is declared")];
  if (first.exitCode !== 0 || !second) {
    const open = "the migration failed";
    return [
      fault(once, `on an empty database it ${ending(first)}`),
      unchecked(twice, open),
      unchecked(newest, open),
    ];
  }
  const [one, other] = [lastLineOf(first), lastLineOf(second)];
  return [
    ok(once, "ran on an empty database, as the schema's owner"),
    second.exitCode === 0
      ? ok(twice, "run again, it ended with 0")
      : fault(twice, `run again, it ${ending(second)}`),
    evaluateNewest(one, second.exitCode === 0 ? other : one),
  ];
}

function evaluateNewest(one: string, other: string): Line {
  if (one === "")
    return fault(
      newest,
      "it writes nothing on standard output, whose last line is to be the newest migration",
    );
  if (one !== other) return fault(newest, `its last line was "${one}", and "${other}" the second time`);
  return ok(newest, `its last line is "${one}"`);
}

function lastLineOf({ standardOutput }: Ended): string {
  return standardOutput.trim().split("\n").at(-1)?.trim() ?? "";
}

function ending(ended: Ended): string {
  if (ended.exitCode === null) return `had not ended after ${migrationMs / 1_000} s`;
  return `ended with ${ended.exitCode}: ${lastLines(ended)}`;
}
