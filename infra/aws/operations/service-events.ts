import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ImportTask } from "../delivery/import-task.ts";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import { passOnEvents } from "./event-notices.ts";
import type { Notices } from "./notices.ts";

export interface ServiceEventsArgs {
  notices: Notices;
  cluster: ServiceCluster;
  appNodes: AppNodes;
  importTask: ImportTask;
}

/**
 * What no metric tells: a deployment that failed, tasks that cannot start or ran out of memory, and a file of somebody's
 * that an import left behind.
 */
export class ServiceEvents extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly notices: Notices;

  constructor(name: string, args: ServiceEventsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ServiceEvents", name, {}, options);
    this.name = name;
    this.notices = args.notices;

    const ecs = { source: ["aws.ecs"] };
    const service = { ...ecs, resources: [args.appNodes.service.arn] };
    this.passOn("deployment-failed", "A deployment failed, and ECS rolls it back.", {
      "detail-type": ["ECS Deployment State Change"],
      ...service,
      detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
    });
    this.passOn("start-impaired", "The service cannot start its tasks.", {
      "detail-type": ["ECS Service Action"],
      ...service,
      detail: { eventName: ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"] },
    });
    this.passOn("task-lost", "A task never started, or ran out of memory.", {
      ...ecs,
      "detail-type": ["ECS Task State Change"],
      detail: {
        clusterArn: [args.cluster.cluster.arn],
        lastStatus: ["STOPPED"],
        $or: [
          { stopCode: ["TaskFailedToStart"] },
          { containers: { reason: [{ prefix: "OutOfMemoryError" }] } },
        ],
      },
    });
    this.tellOfDeletions(args.importTask);
    this.passOn("import-left", "An import left its file in the bucket, which has removed it after a day.", {
      source: ["aws.s3"],
      "detail-type": ["Object Deleted"],
      detail: {
        bucket: { name: [args.importTask.bucket.bucket.bucket] },
        reason: ["Lifecycle Expiration"],
        // What had been removed in time goes for good on that day, too.
        "deletion-type": ["Delete Marker Created"],
      },
    });

    this.registerOutputs();
  }

  private tellOfDeletions({ bucket }: ImportTask): void {
    new aws.s3.BucketNotification(
      `${this.name}-imports`,
      { bucket: bucket.bucket.bucket, eventbridge: true },
      { parent: this },
    );
  }

  private passOn(suffix: string, description: string, pattern: object): void {
    passOnEvents(`${this.name}-${suffix}`, { description, pattern, notices: this.notices }, { parent: this });
  }
}
