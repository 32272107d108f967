import type { Database } from "../database/database.ts";
import { defaultMaxConnections, instanceMemoryBytes } from "../database/instance-memory.ts";
import type { NamedAlarm } from "./alarm.ts";

const bytesPerGigabyte = 1024 ** 3;

/** Where the metrics of either form of the database are. */
export function databaseMetric({ availability, resourceIdentifier }: Database) {
  const dimension = availability === "cluster" ? "DBClusterIdentifier" : "DBInstanceIdentifier";
  return { namespace: "AWS/RDS", dimensions: { [dimension]: resourceIdentifier } };
}

/** What to watch of either form of the database; failovers come as events. */
export function databaseAlarms(
  database: Database,
  { storageGigabytes, instanceClass }: { storageGigabytes: number; instanceClass: string },
): NamedAlarm[] {
  const connections = Math.floor(defaultMaxConnections(instanceClass) * 0.8);
  const memoryBytes = Math.floor(instanceMemoryBytes(instanceClass) / 20);
  const cluster = database.availability === "cluster";
  const common = {
    ...databaseMetric(database),
    periodSeconds: 60,
    badPeriods: { least: 3, of: 5 },
    whenSilent: "missing" as const,
  };
  const alarms: NamedAlarm[] = [
    {
      ...common,
      suffix: "database-cpu",
      description:
        "The database's CPU is above 80 %: look at Database Insights for the statement that costs it.",
      metricName: "CPUUtilization",
      statistic: "Average",
      goesOff: "above",
      threshold: 80,
    },
    {
      ...common,
      suffix: "database-connections",
      description: `More than ${connections} database connections, four fifths of all: look at the number of nodes.`,
      metricName: "DatabaseConnections",
      statistic: "Maximum",
      goesOff: "above",
      threshold: connections,
    },
    {
      ...common,
      suffix: "database-storage",
      description:
        "Less than a tenth of the database's disk is free: look at what grew, and at replication slots.",
      metricName: "FreeStorageSpace",
      statistic: "Minimum",
      goesOff: "below",
      threshold: (storageGigabytes * bytesPerGigabyte) / 10,
    },
    {
      ...common,
      suffix: "database-memory",
      description:
        "Less than a twentieth of the database's memory is free: look at connections and work_mem.",
      metricName: "FreeableMemory",
      statistic: "Minimum",
      goesOff: "below",
      threshold: memoryBytes,
    },
  ];
  // The standby of an instance answers nobody, so nobody can notice that it lags.
  if (!cluster) return alarms;
  return [
    ...alarms,
    {
      ...common,
      suffix: "database-replica-lag",
      description:
        "A reader is more than 10 s behind the writer: reads are stale; look at the writer's load.",
      metricName: "ReplicaLag",
      statistic: "Maximum",
      goesOff: "above",
      threshold: 10,
    },
  ];
}
