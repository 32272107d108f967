import { ports } from "../../infra/topology.ts";
import type { PartLook } from "./probe-stack.ts";

export interface FiringAlert {
  name: string;
  severity: string;
  summary: string;
  runbook: string;
  since: string;
}

interface AlertAnswer {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
}

const patienceMs = 3_000;
const order = ["critical", "warning", "info"];

/** What Alertmanager has told or would tell people; undefined when it does not answer. */
export async function lookAtAlerts(parts: PartLook[]): Promise<FiringAlert[] | undefined> {
  const port = parts.find(({ role }) => role === "alerts")?.publishedPorts[ports.alerts];
  return port === undefined ? undefined : firingAlerts(`http://127.0.0.1:${port}`);
}

/** @param alertsUrl Alertmanager's address, without a trailing slash. */
export async function firingAlerts(alertsUrl: string): Promise<FiringAlert[] | undefined> {
  const url = `${alertsUrl}/api/v2/alerts?active=true&silenced=false&inhibited=false`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  return ((await answer.json()) as AlertAnswer[])
    .map(({ labels, annotations, startsAt }) => ({
      name: labels.alertname ?? "",
      severity: labels.severity ?? "",
      summary: annotations.summary ?? "",
      runbook: annotations.runbook ?? "",
      since: startsAt,
    }))
    .toSorted(
      (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.name.localeCompare(b.name),
    );
}
