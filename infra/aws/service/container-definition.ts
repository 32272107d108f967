import * as pulumi from "@pulumi/pulumi";

export interface ContainerArgs {
  name: string;
  image: pulumi.Input<string>;
  /** The image's own when not given. */
  command?: string[];
  /** In place of the image's. */
  entrypoint?: string[];
  userId: number;
  /** Others wait for its good end, and the task goes on without it. */
  runsToItsEnd?: true;
  /** A container of the task that has to have ended well before. */
  after?: string;
  /** Never a secret. */
  environment: Record<string, pulumi.Input<string>>;
  /** References to Secrets Manager by the variable that gets the value. */
  secrets: Record<string, pulumi.Input<string>>;
  port?: number;
  /** Paths in memory that it may write to. */
  memoryPaths?: string[];
  /** A volume of the task, and where in the container it may be written to. */
  scratch?: { volume: string; path: string };
  logGroupName: pulumi.Input<string>;
  region: string;
  /** The first part of the name of each task's log stream. */
  logStreamPrefix: string;
  stopTimeoutSeconds: number;
}

/** The containers of a task, as the JSON text that ECS takes. */
export function containerDefinitions(...containers: ContainerArgs[]): pulumi.Output<string> {
  return pulumi.jsonStringify(containers.map(containerDefinition));
}

/** Its own user, a read-only root, an init process. */
function containerDefinition(args: ContainerArgs) {
  return {
    name: args.name,
    image: args.image,
    command: args.command,
    entryPoint: args.entrypoint,
    essential: !args.runsToItsEnd,
    dependsOn: args.after === undefined ? undefined : [{ containerName: args.after, condition: "SUCCESS" }],
    user: `${args.userId}:${args.userId}`,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"], add: [] },
      tmpfs: args.memoryPaths?.map((containerPath) => ({ containerPath, size: 64 })),
    },
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
  };
}

/** In the order of names, as ECS gives them back. */
function listed(values: Record<string, pulumi.Input<string>>, key: "value" | "valueFrom") {
  return Object.entries(values)
    .toSorted(([a], [b]) => a.localeCompare(b, "en"))
    .map(([name, value]) => ({ name, [key]: value }));
}
