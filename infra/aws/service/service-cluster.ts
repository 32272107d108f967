import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceClusterArgs {
  keyArn: pulumi.Input<string>;
  logRetentionDays: number;
}

/** Where tasks run: the application's and the migration's. */
export class ServiceCluster extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: ServiceClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ServiceCluster", name, {}, options);

    const kept = { retentionInDays: args.logRetentionDays, kmsKeyId: args.keyArn };
    const insights = new aws.cloudwatch.LogGroup(
      `${name}-container-insights`,
      // Made before Container Insights would make it itself, without an end and without our key.
      { name: `/aws/ecs/containerinsights/${name}/performance`, ...kept },
      { parent: this },
    );
    this.cluster = new aws.ecs.Cluster(
      name,
      // The number of running tasks is a metric only with this.
      { name, settings: [{ name: "containerInsights", value: "enabled" }] },
      { parent: this, dependsOn: insights },
    );
    this.logGroup = new aws.cloudwatch.LogGroup(`${name}-tasks`, kept, { parent: this });

    this.registerOutputs();
  }
}
