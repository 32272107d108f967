import type { Database } from "../database/database.ts";
import type { MetricArgs, NamedAlarm } from "./alarm.ts";
import type { BackupVaults } from "./backup-vault.ts";
import { databaseMetric } from "./database-alarms.ts";

const hourSeconds = 3600;
/** From one night's backup to the end of the next one's, where that takes five hours. */
const longestGapHours = 30;

const kinds = ["database", "uploads"] as const;

/** Whether each vault got its copy of the last night. */
export function backupAlarms(vaults: BackupVaults, database: Database): NamedAlarm[] {
  return kinds.flatMap((what) => {
    const ended = (how: "Completed" | "Failed" | "Expired"): MetricArgs =>
      jobs(vaults, what, `NumberOfBackupJobs${how}`);
    return [
      {
        suffix: `backup-age-${what}`,
        description: `No backup of the ${what} was completed for ${longestGapHours} hours: look at the jobs of its backup vault.`,
        ...tooLongWithout(ended("Completed"), database),
      },
      stopped(what, "failed", ended("Failed")),
      stopped(what, "expired", ended("Expired")),
    ];
  });
}

/**
 * Whether each vault in the other region got its copy of the last night. AWS counts a copy where it is made from, and "the
 * vault name of copy jobs is that of their destination vault":
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
 */
export function copyAlarms(copies: BackupVaults, database: Database): NamedAlarm[] {
  return kinds.map((what) => ({
    suffix: `backup-copy-age-${what}`,
    description: `No backup of the ${what} was copied to the other region for ${longestGapHours} hours: look at the copy jobs of AWS Backup.`,
    ...tooLongWithout(jobs(copies, what, "NumberOfCopyJobsCompleted"), database),
  }));
}

function jobs(vaults: BackupVaults, what: keyof BackupVaults, metricName: string): MetricArgs {
  return {
    namespace: "AWS/Backup",
    dimensions: { BackupVaultName: vaults[what].name },
    metricName,
    statistic: "Sum",
    periodSeconds: hourSeconds,
  };
}

/** Goes off when nothing was completed from one night to the end of the next. */
function tooLongWithout(completed: MetricArgs, database: Database) {
  const there = {
    ...databaseMetric(database),
    metricName: "CPUUtilization",
    statistic: "SampleCount" as const,
    periodSeconds: hourSeconds,
  };
  return {
    // Hours in which there was no database yet are good ones: the first night has to come first.
    expression: "IF(FILL(there, 0) > 0, FILL(completed, 0), 1)",
    metrics: { there, completed },
    goesOff: "below",
    threshold: 1,
    badPeriods: { least: longestGapHours, of: longestGapHours },
    // AWS says that FILL gives a value where there are no points, and not what it gives where there never was one:
    // then this goes off before the first night rather than never.
    whenSilent: "breaching",
  } as const;
}

/** Two alarms and no sum: a metric that never was must not take the other one with it. */
function stopped(what: string, how: "failed" | "expired", metric: MetricArgs): NamedAlarm {
  const happened = how === "failed" ? "failed" : "never started, or did not end in time";
  return {
    suffix: `backup-${how}-${what}`,
    description: `A backup of the ${what} ${happened}: look at the jobs of its backup vault.`,
    ...metric,
    goesOff: "above",
    threshold: 0,
    badPeriods: { least: 1, of: 1 },
    whenSilent: "notBreaching",
  };
}
