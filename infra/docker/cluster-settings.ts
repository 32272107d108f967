import { readFileSync } from "node:fs";
import { parse } from "yaml";

const file = new URL("./cluster-settings.yml", import.meta.url);

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
