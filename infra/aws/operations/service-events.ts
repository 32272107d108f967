import * as pulumi from "@pulumi/pulumi";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import { passOnEvents } from "./event-notices.ts";
import type { Notices } from "./notices.ts";

export interface ServiceEventsArgs {
  notices: Notices;
  cluster: ServiceCluster;
  appNodes: AppNodes;
}

/** What no metric tells: a deployment that failed, and tasks that cannot start or ran out of memory. */
export class ServiceEvents extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly notices: Notices;

  constructor(name: string, args: ServiceEventsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ServiceEvents", name, {}, options);
    this.name = name;
    this.notices = args.notices;

    const service = { resources: [args.appNodes.service.arn] };
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

    this.registerOutputs();
  }

  private passOn(suffix: string, description: string, pattern: object): void {
    passOnEvents(
      `${this.name}-${suffix}`,
      { description, pattern: { source: ["aws.ecs"], ...pattern }, notices: this.notices },
      { parent: this },
    );
  }
}
