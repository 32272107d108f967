import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { annotations } from "../../../../../../infra/docker/images/metrics/pages/dashboards/definitions/annotations.mjs";
import { dashboards } from "../../../../../../infra/docker/images/metrics/pages/dashboards/definitions/dashboards.mjs";
import { projectRoot } from "../../../../../../infra/project.ts";

const metricsFolder = join(projectRoot, "infra/docker/images/metrics");

/** What Prometheus keeps of each job's metrics, recorded by rules, or has by itself. */
const kept = keptNames();
const recorded = new Set([...recordedNames(), "up", "ALERTS"]);

describe.each(dashboards)("the dashboard $name", ({ name, panels }) => {
  it("is named as addresses and files are, and its panels have titles of their own", () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const titles = panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it.each(panels)("asks for metrics that are kept: $title", ({ queries }) => {
    expect(queries.length).toBeGreaterThan(0);
    for (const { expr } of queries) expectKept(expr);
  });

  it.each(panels.filter(({ kind }) => kind === "lines" || kind === "states"))(
    "names the series of $title by labels that its query has",
    ({ queries }) => {
      for (const { expr, legend } of queries) {
        expect(legend, expr).toBeDefined();
        // A query that says which labels stay has those; the others have what the metric has.
        const stays = /\bby \(([\w, ]+)\)/.exec(expr)?.[1]?.split(", ");
        for (const [, label] of legend?.matchAll(/\{\{(\w+)\}\}/g) ?? []) {
          if (stays) expect(stays, `${legend}: ${expr}`).toContain(label);
        }
      }
    },
  );
});

it.each(annotations)("what marks $name is kept", ({ expr }) => expectKept(expr));

it("finds a metric that is not kept, whatever is around it", () => {
  expect(
    metricNames('sum by (code) (rate(a_b{c="d_e"}[5m:1s])) / on(x) group_left(y) z:w:v offset 5m'),
  ).toEqual(["a_b", "z:w:v"]);
  expect(() => expectKept("rate(haproxy_process_uptime_seconds[1m])")).toThrow(
    "haproxy_process_uptime_seconds",
  );
});

function expectKept(expr: string): void {
  const names = metricNames(expr);
  expect(names.length, expr).toBeGreaterThan(0);
  for (const name of names) {
    expect(recorded.has(name) || kept.some((pattern) => pattern.test(name)), `${name} in ${expr}`).toBe(true);
  }
}

/** The words of a PromQL expression that are no function, keyword, label or number. */
function metricNames(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ")
    .replace(/\boffset\s+\w+/g, "");
  return [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\(|\w)/g)]
    .map(([word]) => word)
    .filter((word) => !["and", "or", "unless", "bool"].includes(word));
}

/**
 * A job keeps what its rule over names says; the proxies are asked for no other in the first place. The job of another service
 * has no rule and keeps all, but no panel is about it.
 */
function keptNames(): RegExp[] {
  const { scrape_configs: jobs } = parse(readFileSync(join(metricsFolder, "prometheus.yml"), "utf8")) as {
    scrape_configs: Job[];
  };
  return jobs
    .flatMap(({ params, metric_relabel_configs: steps = [] }) => [
      ...(params?.metrics ?? []).flatMap((names) => names.split(",")),
      ...steps.filter(({ source_labels: labels }) => String(labels) === "__name__").map(({ regex }) => regex),
    ])
    .map((pattern) => new RegExp(`^(?:${pattern})$`));
}

function recordedNames(): string[] {
  const folder = join(metricsFolder, "rules");
  return readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/^\s*- record: (\S+)/gm)].map(
      ([, name]) => name ?? "",
    ),
  );
}

interface Job {
  params?: { metrics?: string[] };
  metric_relabel_configs?: { source_labels?: string[]; regex?: string }[];
}
