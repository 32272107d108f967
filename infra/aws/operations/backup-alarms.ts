import type { Database } from "../database/database.ts";
import type { MetricArgs, NamedAlarm } from "./alarm.ts";
import type { BackupVaults } from "./backup-vault.ts";
import { databaseMetric } from "./database-alarms.ts";

const hourSeconds = 3600;
/** From one night's backup to the end of the next one's, where that takes five hours. */
const longestGapHours = 30;

/** Whether each vault got its copy of the last night. */
export function backupAlarms(vaults: BackupVaults, database: Database): NamedAlarm[] {
  const there = {
    ...databaseMetric(database),
    metricName: "CPUUtilization",
    statistic: "SampleCount" as const,
    periodSeconds: hourSeconds,
  };
  return (["database", "uploads"] as const).flatMap((what) => {
    const ended = (how: "Completed" | "Failed" | "Expired"): MetricArgs => ({
      namespace: "AWS/Backup",
      dimensions: { BackupVaultName: vaults[what].name },
      metricName: `NumberOfBackupJobs${how}`,
      statistic: "Sum",
      periodSeconds: hourSeconds,
    });
    return [
      {
        suffix: `backup-age-${what}`,
        description: `No backup of the ${what} was completed for ${longestGapHours} hours: look at the jobs of its backup vault.`,
        // Hours in which there was no database yet are good ones: the first night has to come first.
        expression: "IF(FILL(there, 0) > 0, FILL(completed, 0), 1)",
        metrics: { there, completed: ended("Completed") },
        goesOff: "below",
        threshold: 1,
        badPeriods: { least: longestGapHours, of: longestGapHours },
        whenSilent: "notBreaching",
      },
      {
        suffix: `backup-failed-${what}`,
        description: `A backup of the ${what} failed, or never started: look at the jobs of its backup vault.`,
        expression: "FILL(failed, 0) + FILL(expired, 0)",
        metrics: { failed: ended("Failed"), expired: ended("Expired") },
        goesOff: "above",
        threshold: 0,
        badPeriods: { least: 1, of: 1 },
        whenSilent: "notBreaching",
      },
    ] satisfies NamedAlarm[];
  });
}
