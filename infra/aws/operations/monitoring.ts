import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../database/database.ts";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { type AlarmArgs, createAlarm } from "./alarm.ts";
import { createDashboard } from "./dashboard.ts";
import { databaseAlarms } from "./database-alarms.ts";
import type { Notices } from "./notices.ts";
import type { TrafficAlarms } from "./traffic-alarms.ts";

export interface MonitoringArgs {
  region: string;
  notices: Notices;
  traffic: LoadBalancer;
  trafficAlarms: TrafficAlarms;
  cluster: ServiceCluster;
  appNodes: AppNodes;
  /** Fewer running nodes than this set an alarm off. */
  appNodeCount: number;
  database: Database;
  databaseSize: { storageGigabytes: number; instanceClass: string };
  backupVaultName: pulumi.Input<string>;
  monthlyBudgetDollars: number;
}

/** Alarms beside those on traffic, the database's own notices, a budget and one page to look at. */
export class Monitoring extends pulumi.ComponentResource {
  readonly metricsUrl: string;
  readonly alertsUrl: string;
  readonly dashboardsUrl: pulumi.Output<string>;
  private readonly name: string;
  private readonly notices: Notices;

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Monitoring", name, {}, options);
    this.name = name;
    this.notices = args.notices;

    const alarms = [
      ...this.watchNodes(args),
      ...this.watchDatabase(args),
      ...this.watchBackups(args),
      ...this.watchCertificate(args),
    ];
    this.passOnDatabaseEvents(args);
    this.watchCost(args);
    const dashboard = createDashboard(name, { ...args, alarms }, { parent: this });
    const console = `https://${args.region}.console.aws.amazon.com/cloudwatch/home?region=${args.region}`;
    this.metricsUrl = `${console}#metricsV2`;
    this.alertsUrl = `${console}#alarmsV2`;
    this.dashboardsUrl = pulumi.interpolate`${console}#dashboards/dashboard/${dashboard.dashboardName}`;

    this.registerOutputs();
  }

  private alarm(suffix: string, args: Omit<AlarmArgs, "notices">): aws.cloudwatch.MetricAlarm {
    return createAlarm(`${this.name}-${suffix}`, { ...args, notices: this.notices }, { parent: this });
  }

  private watchNodes({ cluster, appNodes, appNodeCount }: MonitoringArgs): aws.cloudwatch.MetricAlarm[] {
    return [
      this.alarm("running-tasks", {
        description: `Fewer than ${appNodeCount} application nodes run: look at the service's events and stopped tasks.`,
        namespace: "ECS/ContainerInsights",
        metricName: "RunningTaskCount",
        dimensions: { ClusterName: cluster.cluster.name, ServiceName: appNodes.service.name },
        statistic: "Minimum",
        goesOff: "below",
        threshold: appNodeCount,
        periodSeconds: 60,
        badPeriods: { least: 3, of: 5 },
        whenSilent: "breaching",
      }),
    ];
  }

  private watchDatabase({ database, databaseSize }: MonitoringArgs): aws.cloudwatch.MetricAlarm[] {
    return databaseAlarms(database, databaseSize).map(({ suffix, ...args }) => this.alarm(suffix, args));
  }

  private watchBackups({ backupVaultName }: MonitoringArgs): aws.cloudwatch.MetricAlarm[] {
    const aDay = 86_400;
    const common = {
      namespace: "AWS/Backup",
      dimensions: { BackupVaultName: backupVaultName },
      statistic: "Sum" as const,
      periodSeconds: aDay,
      badPeriods: { least: 1, of: 1 },
    };
    return [
      this.alarm("backup-age", {
        ...common,
        description: "No backup was completed within a day: look at the jobs of the backup vault.",
        metricName: "NumberOfBackupJobsCompleted",
        goesOff: "below",
        threshold: 1,
        whenSilent: "breaching",
      }),
      this.alarm("backup-failed", {
        ...common,
        description: "A backup failed: look at the jobs of the backup vault.",
        metricName: "NumberOfBackupJobsFailed",
        goesOff: "above",
        threshold: 0,
        whenSilent: "notBreaching",
      }),
    ];
  }

  private watchCertificate({ traffic }: MonitoringArgs): aws.cloudwatch.MetricAlarm[] {
    if (!traffic.certificateArn) return [];
    return [
      this.alarm("certificate-age", {
        description: "The certificate ends within 30 days and was not renewed: look at its DNS record.",
        namespace: "AWS/CertificateManager",
        metricName: "DaysToExpiry",
        dimensions: { CertificateArn: traffic.certificateArn },
        statistic: "Minimum",
        goesOff: "below",
        threshold: 30,
        periodSeconds: 86_400,
        badPeriods: { least: 1, of: 1 },
        whenSilent: "notBreaching",
      }),
    ];
  }

  private passOnDatabaseEvents({ database, notices }: MonitoringArgs): void {
    const cluster = database.availability === "cluster";
    new aws.rds.EventSubscription(
      this.name,
      {
        snsTopic: notices.topicArn,
        sourceType: cluster ? "db-cluster" : "db-instance",
        sourceIds: [database.resourceIdentifier],
        eventCategories: cluster
          ? ["failover", "failure", "maintenance", "notification"]
          : ["availability", "failover", "failure", "low storage", "maintenance", "notification", "recovery"],
      },
      { parent: this, dependsOn: notices.ready },
    );
  }

  private watchCost({ monthlyBudgetDollars, notices }: MonitoringArgs): void {
    const notify = (notificationType: string, threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberSnsTopicArns: [notices.topicArn],
    });
    new aws.budgets.Budget(
      this.name,
      {
        // The account's, not the stack's: a filter by tag counts nothing until someone makes the tag one for costs.
        budgetType: "COST",
        limitAmount: String(monthlyBudgetDollars),
        limitUnit: "USD",
        timeUnit: "MONTHLY",
        notifications: [notify("ACTUAL", 80), notify("ACTUAL", 100), notify("FORECASTED", 100)],
      },
      { parent: this, dependsOn: notices.ready },
    );
  }
}
