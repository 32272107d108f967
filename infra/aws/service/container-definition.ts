import * as pulumi from "@pulumi/pulumi";
import { userIds } from "../../topology.ts";

export interface ContainerArgs {
  name: string;
  image: pulumi.Input<string>;
  command: string[];
  /** Never a secret. */
  environment: Record<string, pulumi.Input<string>>;
  /** References to Secrets Manager by the variable that gets the value. */
  secrets: Record<string, pulumi.Input<string>>;
  port?: number;
  /** A volume of the task, and where in the container it may be written to. */
  scratch?: { volume: string; path: string };
  logGroupName: pulumi.Input<string>;
  region: string;
  /** The first part of the name of each task's log stream. */
  logStreamPrefix: string;
  stopTimeoutSeconds: number;
}

/** The container of a task, as the JSON text that ECS takes: its own user, a read-only root, an init process. */
export function containerDefinitions(args: ContainerArgs): pulumi.Output<string> {
  return pulumi.jsonStringify([
    {
      name: args.name,
      image: args.image,
      command: args.command,
      essential: true,
      user: `${userIds.app}:${userIds.app}`,
      readonlyRootFilesystem: true,
      privileged: false,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"], add: [] } },
      environment: listed(args.environment, "value"),
      secrets: listed(args.secrets, "valueFrom"),
      portMappings: args.port ? [{ containerPort: args.port, protocol: "tcp" }] : [],
      mountPoints: args.scratch
        ? [{ sourceVolume: args.scratch.volume, containerPath: args.scratch.path, readOnly: false }]
        : undefined,
      stopTimeout: args.stopTimeoutSeconds,
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": args.logGroupName,
          "awslogs-region": args.region,
          "awslogs-stream-prefix": args.logStreamPrefix,
          // A node that cannot write its log keeps serving.
          mode: "non-blocking",
          "max-buffer-size": "4m",
        },
      },
    },
  ]);
}

/** In the order of names, as ECS gives them back. */
function listed(values: Record<string, pulumi.Input<string>>, key: "value" | "valueFrom") {
  return Object.entries(values)
    .toSorted(([a], [b]) => a.localeCompare(b, "en"))
    .map(([name, value]) => ({ name, [key]: value }));
}
