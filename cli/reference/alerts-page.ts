import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { table } from "../../drills/report/table.ts";
import { collectResourceGraph, type GraphResource } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { projectRoot } from "../../infra/project.ts";

/** A Prometheus alerting rule, as its file has it. */
export interface AlertRule {
  alert: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const rulesFolder = path.join(projectRoot, "infra/docker/images/metrics/rules");

/** Every alert of the local target, in the order of the files. */
export function readAlertRules(): AlertRule[] {
  return readdirSync(rulesFolder).flatMap((file) => {
    const { groups } = parse(readFileSync(path.join(rulesFolder, file), "utf8")) as {
      groups: { rules: Partial<AlertRule>[] }[];
    };
    return groups.flatMap(({ rules }) => rules).filter((rule) => rule.alert !== undefined) as AlertRule[];
  });
}

/** What each rule's expression asks, in words: one for each rule of that name, in their order. */
export function readAlertConditions(): Record<string, string[]> {
  return parse(readFileSync(path.join(import.meta.dirname, "alert-conditions.yaml"), "utf8"));
}

/** The tables of docs/alerts.md, by their markers: from the alert rules, and from the resource graph of the stack prod. */
export async function alertSections(): Promise<Record<string, string>> {
  // Two deployments that between them have everything that tells of something.
  const instance = await productionGraph({ "capstone:backupCopyRegion": copyRegion });
  const cluster = await productionGraph({
    "capstone:databaseAvailability": "cluster",
    "capstone:appNodes": "3",
    "capstone:zonalAutoshift": "true",
  });
  const all = [...instance, ...cluster.filter(({ name }) => !instance.some((one) => one.name === name))];
  return {
    "alerts-docker": prometheusTable(),
    "alerts-aws": table(
      ["alarm", "after", "what it says"],
      alarms(all).map(({ name, inputs }) => [
        shortName(name),
        periods(inputs),
        String(inputs.alarmDescription),
      ]),
    ),
    "alerts-aws-events": table(
      ["event", "what it says"],
      all
        .filter(({ type, inputs }) => type === "aws:cloudwatch/eventRule:EventRule" && inputs.description)
        .map(({ name, inputs }) => [
          shortName(name),
          String(inputs.description).replace(copyRegion, "_backupCopyRegion_"),
        ]),
    ),
  };
}

const copyRegion = "eu-west-1";

function shortName(name: string): string {
  return `\`${name.replace(/^capstone-prod-/, "")}\``;
}

function prometheusTable(): string {
  const conditions = readAlertConditions();
  const seen: Record<string, number> = {};
  return table(
    ["alert", "severity", "when", "for", "what it says", "runbook"],
    readAlertRules().map(({ alert, for: duration, labels, annotations }) => {
      const nth = seen[alert] ?? 0;
      seen[alert] = nth + 1;
      const runbook = annotations.runbook.replace(/^docs\//, "");
      return [
        `\`${alert}\``,
        labels.severity,
        conditions[alert]?.[nth] ?? "",
        duration ?? "",
        withoutTemplates(annotations.summary),
        `[${path.basename(runbook, ".md")}](${runbook})`,
      ];
    }),
  );
}

/** What Prometheus fills in: a label by its name, a value as _n_. */
function withoutTemplates(summary: string): string {
  return summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "_$1_").replaceAll(/\{\{ \$value[^}]*\}\}/g, "_n_");
}

async function productionGraph(changes: Record<string, string>): Promise<GraphResource[]> {
  const { config, secretConfigKeys } = readStackConfig("prod");
  const options = { stack: "prod", config: { ...config, ...changes }, secretConfigKeys };
  return (await collectResourceGraph(runProgram, options)).resources;
}

/** One of each: NAT gateways have an alarm each. */
function alarms(resources: GraphResource[]): GraphResource[] {
  const found = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  return found.filter(({ name }) => !/-nat-[2-9]$/.test(name));
}

function periods({
  datapointsToAlarm,
  evaluationPeriods,
  period,
  metricQueries,
}: GraphResource["inputs"]): string {
  const [, asked] = (metricQueries ?? []) as { metric?: { period: number } }[];
  const seconds = Number(period ?? asked?.metric?.period);
  const unit = { 60: "minute", 300: "five minutes", 3600: "hour", 86400: "day" }[seconds] ?? `${seconds} s`;
  return evaluationPeriods === 1
    ? `one ${unit}`.replace("one five", "five")
    : `${datapointsToAlarm} of ${evaluationPeriods} ${unit}s`;
}
