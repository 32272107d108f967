import { isOwn, type Service } from "../../configuration/service.ts";
import { networkAlias } from "../../naming.ts";
import { counts, ports, type Role } from "../../topology.ts";

/** How many there are of what config decides; the others are in the topology. */
export interface ScrapedParts {
  appNodes: number;
  databaseNodes: number;
  /** Whether the stack has a backup container, which has metrics of its own. */
  backup: boolean;
  service: Service;
}

/**
 * Prometheus' targets: a file for each job of infra/docker/images/metrics/prometheus.yml, by its name. A missing part
 * stays in it, so that its absence is noticed.
 */
export function scrapeTargets({
  appNodes,
  databaseNodes,
  backup,
  service,
}: ScrapedParts): Record<string, string> {
  const nodes = (role: Role, count: number) =>
    Array.from({ length: count }, (_, index) => networkAlias(role, index + 1));
  const at = (port: number) => (node: string) => target(node, `${node}:${port}`);
  const jobs: Record<string, Target[]> = {
    // Scraped by three jobs, each on a port of its own.
    database: nodes("database", databaseNodes).map((node) => target(node, node)),
    app: isOwn(service) ? nodes("app", appNodes).map(at(service.port)) : [],
    service: isOwn(service) ? [] : serviceTargets(service, nodes("app", appNodes)),
    proxy: [
      ...nodes("edge", 1).map(at(ports.edgeAnswers)),
      ...nodes("proxy", counts.proxy).map(at(ports.proxyMetrics)),
    ],
    consensus: nodes("consensus", counts.consensus).map(at(ports.consensusClient)),
    "object-store": nodes("object-store", counts.objectStore).map(at(ports.objectStoreAdmin)),
    host: [target("host", `${networkAlias("exporter", 2)}:${ports.hostExporter}`)],
    backup: backup ? nodes("backup", 1).map(at(ports.backupMetrics)) : [],
    monitoring: [...nodes("metrics", 1).map(at(ports.metrics)), ...nodes("alerts", 1).map(at(ports.alerts))],
  };
  return Object.fromEntries(
    Object.entries(jobs).map(([job, targets]) => [`${job}-targets.json`, JSON.stringify(targets)]),
  );
}

/** Of a service with metrics of its own, which are all kept. */
function serviceTargets({ metrics, port }: Service, nodes: string[]): Target[] {
  if (metrics === undefined) return [];
  return nodes.map((node) => {
    const { targets, labels } = target(node, `${node}:${port}`);
    return { targets, labels: { ...labels, __metrics_path__: metrics } };
  });
}

interface Target {
  targets: [string];
  labels: { instance: string; __metrics_path__?: string };
}

function target(instance: string, address: string): Target {
  return { targets: [address], labels: { instance } };
}
