import { readFileSync } from "node:fs";
import { parse } from "yaml";

const file = new URL("./cluster-settings.yml", import.meta.url);

interface Times {
  ttl: number;
  loop_wait: number;
  retry_timeout: number;
}

const times = parse(readFileSync(file, "utf8")) as Times;

/** The leader lease: after so long without renewal another node may take the lead. */
export const leaseSeconds = times.ttl;

/** How long a node that is well goes without an answer from consensus at most: Patroni's loop, and its patience in it. */
export const outOfTouchSeconds = times.loop_wait + times.retry_timeout;

/**
 * The database cluster's settings as Patroni takes them: cluster-settings.yml with the parameters that come from
 * config. JSON, which is YAML too; the same text for the same settings.
 */
export function readClusterSettings(parameters: Record<string, number>): string {
  const settings = parse(readFileSync(file, "utf8")) as {
    postgresql: { parameters: Record<string, unknown> };
  };
  Object.assign(settings.postgresql.parameters, parameters);
  return JSON.stringify(settings);
}
