import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../database/database.ts";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import type { TrafficAlarms } from "./traffic-alarms.ts";

export interface DashboardArgs {
  region: string;
  traffic: LoadBalancer;
  trafficAlarms: TrafficAlarms;
  cluster: ServiceCluster;
  appNodes: AppNodes;
  database: Database;
  alarms: aws.cloudwatch.MetricAlarm[];
}

/** A metric as a dashboard writes it: namespace, name, then dimensions in pairs, then how it is shown. */
type Metric = (pulumi.Input<string> | { stat: string; label: string })[];

const columns = 2;
const width = 12;
const height = 6;

/** One page: what clients see above, what causes it below. */
export function createDashboard(
  name: string,
  args: DashboardArgs,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.Dashboard {
  const { trafficAlarms } = args;
  const alarmArns = [
    trafficAlarms.nodeErrors,
    trafficAlarms.balancerErrors,
    trafficAlarms.latency,
    trafficAlarms.unhealthyHosts,
    ...args.alarms,
  ].map((alarm) => alarm.arn);
  const alarms = {
    type: "alarm",
    ...{ x: 0, y: 0, width: width * columns, height: 4 },
    properties: { title: "Alarms", alarms: alarmArns },
  };
  const graphs = graphsOf(args).map(({ title, metrics }, index) => ({
    type: "metric",
    x: (index % columns) * width,
    y: 4 + Math.floor(index / columns) * height,
    width,
    height,
    properties: { title, metrics, region: args.region, view: "timeSeries", period: 60 },
  }));
  return new aws.cloudwatch.Dashboard(
    name,
    { dashboardName: name, dashboardBody: pulumi.jsonStringify({ widgets: [alarms, ...graphs] }) },
    options,
  );
}

function graphsOf({
  traffic,
  cluster,
  appNodes,
  database,
}: DashboardArgs): { title: string; metrics: Metric[] }[] {
  const balancer = (metric: string, stat: string, label: string): Metric => [
    ...["AWS/ApplicationELB", metric],
    ...["LoadBalancer", traffic.loadBalancer.arnSuffix],
    { stat, label },
  ];
  const hosts = (metric: string, label: string): Metric => [
    ...["AWS/ApplicationELB", metric],
    ...["TargetGroup", traffic.targetGroup.arnSuffix, "LoadBalancer", traffic.loadBalancer.arnSuffix],
    { stat: "Maximum", label },
  ];
  const service = (metric: string, label: string): Metric => [
    ...["AWS/ECS", metric],
    ...["ClusterName", cluster.cluster.name, "ServiceName", appNodes.service.name],
    { stat: "Average", label },
  ];
  const dimension = database.availability === "cluster" ? "DBClusterIdentifier" : "DBInstanceIdentifier";
  const rds = (metric: string, label: string): Metric => [
    ...["AWS/RDS", metric],
    ...[dimension, database.resourceIdentifier],
    { stat: "Average", label },
  ];
  return [
    {
      title: "Requests and errors a minute",
      metrics: [
        balancer("RequestCount", "Sum", "requests"),
        balancer("HTTPCode_Target_5XX_Count", "Sum", "5xx of the nodes"),
        balancer("HTTPCode_ELB_5XX_Count", "Sum", "5xx of the load balancer"),
      ],
    },
    {
      title: "Latency, s",
      metrics: ["p50", "p95", "p99"].map((stat) => balancer("TargetResponseTime", stat, stat)),
    },
    {
      title: "Application nodes",
      metrics: [hosts("HealthyHostCount", "healthy"), hosts("UnHealthyHostCount", "unhealthy")],
    },
    {
      title: "Load of the nodes, %",
      metrics: [service("CPUUtilization", "CPU"), service("MemoryUtilization", "memory")],
    },
    { title: "Database CPU, %", metrics: [rds("CPUUtilization", "CPU")] },
    { title: "Database connections", metrics: [rds("DatabaseConnections", "connections")] },
    {
      title: "Database latency, s",
      metrics: [rds("ReadLatency", "read"), rds("WriteLatency", "write")],
    },
    { title: "Database disk free, bytes", metrics: [rds("FreeStorageSpace", "free")] },
  ];
}
