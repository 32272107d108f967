/** An alert that Alertmanager has now. */
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

const timeoutMs = 3_000;
const order = ["critical", "warning", "info"];

/**
 * Alerts that Alertmanager is notifying about, the most severe first; undefined when it does not answer.
 * @param alertsUrl Alertmanager's address, without a trailing slash.
 */
export async function firingAlerts(alertsUrl: string): Promise<FiringAlert[] | undefined> {
  const url = `${alertsUrl}/api/v2/alerts?active=true&silenced=false&inhibited=false`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
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
