import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { createAlarm, type NamedAlarm } from "./alarm.ts";
import { backupAlarms, copyAlarms } from "./backup-alarms.ts";
import type { BackupVaults } from "./backup-vault.ts";
import { createDashboard } from "./dashboard.ts";
import { databaseAlarms } from "./database-alarms.ts";
import { edgeAlarms } from "./edge-alarms.ts";
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
  network: Network;
  backupVaults: BackupVaults;
  backupCopies: BackupVaults | undefined;
  monthlyBudgetDollars: number;
}

/** Alarms beside those on traffic, the database's own notices, a budget and one page to look at. */
export class Monitoring extends pulumi.ComponentResource {
  readonly metricsUrl: string;
  readonly alertsUrl: string;
  readonly dashboardsUrl: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Monitoring", name, {}, options);
    this.name = name;

    const { database, traffic, network, region } = args;
    const alarms = [
      runningTasks(args),
      ...databaseAlarms(database, args.databaseSize),
      ...backupAlarms(args.backupVaults, database),
      ...(args.backupCopies ? copyAlarms(args.backupCopies, database) : []),
      ...edgeAlarms(region, traffic, network),
    ].map(({ suffix, ...alarm }) =>
      createAlarm(`${name}-${suffix}`, { ...alarm, notices: args.notices }, { parent: this }),
    );
    this.passOnDatabaseEvents(args);
    this.watchCost(args);
    const dashboard = createDashboard(name, { ...args, alarms }, { parent: this });
    const console = `https://${args.region}.console.aws.amazon.com/cloudwatch/home?region=${args.region}`;
    this.metricsUrl = `${console}#metricsV2`;
    this.alertsUrl = `${console}#alarmsV2`;
    this.dashboardsUrl = pulumi.interpolate`${console}#dashboards/dashboard/${dashboard.dashboardName}`;

    this.registerOutputs();
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

function runningTasks({ cluster, appNodes, appNodeCount }: MonitoringArgs): NamedAlarm {
  return {
    suffix: "running-tasks",
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
  };
}
