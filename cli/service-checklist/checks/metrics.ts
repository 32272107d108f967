import type { Service } from "../../../infra/configuration/service.ts";
import { type Asked, ask } from "../ask.ts";
import { fault, type Line, ok } from "../line.ts";

const name = "metrics";

export async function checkMetrics({ metrics }: Service, port: number): Promise<Line> {
  if (metrics === undefined) return ok(name, "none are declared");
  return evaluateMetrics(metrics, await ask(port, metrics));
}

const metricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const value = "(?:[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?|[-+]?Inf|NaN)";
/** A sample of Prometheus's text format: https://prometheus.io/docs/instrumenting/exposition_formats */
const sample = new RegExp(
  `^${metricName}(?:\\{(?:${label}(?:,${label})*,?)?\\})?[ \\t]+${value}(?:[ \\t]+-?\\d+)?$`,
);

export function evaluateMetrics(path: string, { status, body, failure }: Asked): Line {
  if (status !== 200) return fault(name, `GET ${path} says ${status ?? failure}`);
  const lines = body.split("\n").map((line) => line.trim());
  const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const wrong = samples.find((line) => !sample.test(line));
  if (wrong !== undefined)
    return fault(
      name,
      `GET ${path} has a line that is not Prometheus's text format: "${wrong.slice(0, 100)}"`,
    );
  if (samples.length === 0) return fault(name, `GET ${path} has no sample`);
  return ok(name, `GET ${path} has ${samples.length} samples`);
}
