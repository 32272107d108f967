import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { parse } from "yaml";
import { configSections, type KeyChange, readConfigChanges } from "../../../../cli/reference/config-page.ts";
import { ConfigurationReader } from "../../../../infra/configuration/reader.ts";
import { projectRoot } from "../../../../infra/project.ts";
import { labelsOf, localGraph, runningContainers } from "../../infra/docker/local-graph.ts";

const { keys, secrets } = readConfigChanges();
const declared = parse(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")).config as Record<
  string,
  { default: unknown }
>;

it("every key that is read is declared with the reader's default and has its row, and no other", async () => {
  const kinds = ["integer", "oneOf", "boolean", "text", "texts"] as const;
  const read = kinds.map((kind) => vi.spyOn(ConfigurationReader.prototype, kind));
  const readSecret = vi.spyOn(ConfigurationReader.prototype, "secret");
  const readSecrets = vi.spyOn(ConfigurationReader.prototype, "secrets");
  const sections = Object.values(await configSections()).join("\n");
  const calls = read.flatMap((spy) => spy.mock.calls as unknown as [string, unknown][]);
  expect([...new Set(calls.map(([key]) => key))].sort()).toEqual(Object.keys(declared).sort());
  expect(Object.keys(keys).sort()).toEqual(Object.keys(declared).sort());
  expect(
    [...new Set([readSecret, readSecrets].flatMap(({ mock }) => mock.calls.map(([key]) => key)))].sort(),
  ).toEqual(Object.keys(secrets).sort());
  // A text has no default but being empty. A key that both targets read may have two, one of them the declared one.
  for (const [key, fallback] of calls.filter(([, value]) => !(value instanceof RegExp))) {
    const fallbacks = calls.filter(([name]) => name === key).map(([, value]) => String(value));
    expect(fallbacks, `${key}, ${fallback}`).toContain(String(declared[key]?.default));
  }
  for (const key of [...Object.keys(keys), ...Object.keys(secrets)])
    expect(sections.match(new RegExp(`^\\| \`${key}\` `, "gm")), key).toHaveLength(1);
  vi.restoreAllMocks();
});

/** Keys that change containers of the same layers are tried together: each graph takes most of a second. */
const layers = {
  service: ["app", "edge", "proxy"],
  database: ["database", "backup"],
  monitoring: ["metrics", "alerts", "exporter"],
};

function layersOf({ containers = [] }: KeyChange): string {
  const names = Object.entries(layers).filter(([, roles]) =>
    roles.some((role) => containers.includes(role as never)),
  );
  return names.map(([name]) => name).join(" and ") || "nothing";
}

const tried = Object.entries({ ...keys, ...secrets }).filter(([, change]) => change.try);
const groups = Object.entries(Object.groupBy(tried, ([, change]) => layersOf(change)));

/** Two graphs take a second and a half of a processor, and on a busy machine minutes. */
const graphsMs = 5 * 60_000;

/** Each container with the defaults, by its name. */
let before: Map<string, string> | undefined;

it.each(groups)(
  "a change of config replaces in %s what docs/configuration.md says",
  async (_, changes = []) => {
    const config = Object.assign({}, ...changes.map(([, change]) => change.try)) as Record<string, string>;
    before ??= new Map(
      runningContainers(await localGraph()).map(({ name, inputs }) => [name, JSON.stringify(inputs)]),
    );
    const differ = runningContainers(await localGraph(config)).filter(
      ({ name, inputs }) => before?.has(name) && before.get(name) !== JSON.stringify(inputs),
    );
    const roles = differ.map((container) => String(labelsOf(container)["capstone.role"]));
    const said = changes.flatMap(([, change]) => change.containers ?? []);
    expect([...new Set(roles)].sort(), changes.map(([key]) => key).join()).toEqual([...new Set(said)].sort());
  },
  graphsMs,
);
