import { ports } from "../../infra/topology.ts";
import { type FiringAlert, firingAlerts } from "../../running-stack/alerts.ts";
import type { PartObservation } from "./observation.ts";

/** What Alertmanager has told or would tell people; undefined when it does not answer. */
export async function probeAlerts(parts: PartObservation[]): Promise<FiringAlert[] | undefined> {
  const port = parts.find(({ role }) => role === "alerts")?.publishedPorts[ports.alerts];
  return port === undefined ? undefined : firingAlerts(`http://127.0.0.1:${port}`);
}
