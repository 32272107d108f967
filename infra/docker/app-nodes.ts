import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../configuration/service.ts";
import { partName } from "../naming.ts";
import { createPart } from "./container/container.ts";
import { SecretFiles } from "./container/secret-files.ts";
import { secretsIntoEnvironment } from "./container/secrets-to-environment.ts";
import { healthCheckOf } from "./health-check.ts";
import { attach, type Networks } from "./networks.ts";
import { type GivenToService, givenToNodes, type ServiceSettings } from "./service-settings.ts";
import { ImageCommand } from "./steps/image-command.ts";

export interface AppNodesArgs extends ServiceSettings {
  stack: string;
  count: number;
  memoryMegabytes: number;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  /** No node of this version starts before these are done. */
  after: pulumi.Resource[];
}

/** Equal, stateless application nodes. A new version rolls through them one at a time, each ready before the next. */
export class AppNodes extends pulumi.ComponentResource {
  readonly names: string[];

  constructor(name: string, args: AppNodesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:AppNodes", name, {}, options);

    this.names = Array.from({ length: args.count }, (_, index) => partName(args.stack, "app", index + 1));
    const given = givenToNodes(args);
    this.createNodes(args, given, this.createSecretFiles(args, given));

    this.registerOutputs({ names: this.names });
  }

  private createSecretFiles({ stack, baseImage, service, secrets }: AppNodesArgs, given: GivenToService) {
    return new SecretFiles(
      "app-secrets",
      {
        stack,
        role: "app-secrets",
        image: baseImage,
        userId: service.user,
        pepper: secrets.pepper,
        secrets: given.secrets,
      },
      { parent: this },
    );
  }

  private createNodes(args: AppNodesArgs, given: GivenToService, files: SecretFiles): void {
    const run = this.runOfImage(args, given);
    let after = args.after;
    for (let node = 1; node <= args.count; node++)
      after = [this.createNode(args, { given, files, run }, node, after)];
  }

  private runOfImage({ service, image }: AppNodesArgs, given: GivenToService) {
    if (service.secretsAs === "files") return {};
    const own = new ImageCommand("app-command", { image }, { parent: this });
    return {
      entrypoint: secretsIntoEnvironment(Object.keys(given.secrets)),
      command: pulumi.all([own.entrypoint, own.command]).apply((parts) => parts.flat()),
    };
  }

  private createNode(
    args: AppNodesArgs,
    {
      given,
      files,
      run,
    }: { given: GivenToService; files: SecretFiles; run: ReturnType<AppNodes["runOfImage"]> },
    node: number,
    after: pulumi.Resource[],
  ) {
    const { stack, service } = args;
    return createPart(
      {
        stack,
        role: "app",
        node,
        image: args.image,
        ...run,
        labels: healthLabel(service),
        userId: service.user,
        memoryMegabytes: args.memoryMegabytes,
        networks: [attach(args.networks.service, "app", node)],
        secretFiles: files,
        memoryPaths: service.writablePaths,
        environment: { NODE_NAME: partName(stack, "app", node), ...given.environment },
        healthCheck: healthCheckOf(service),
        startTimeoutSeconds: service.startSeconds,
        stopTimeoutSeconds: service.stopSeconds,
      },
      { parent: this, dependsOn: after },
    );
  }
}

/** Where a node says whether it takes traffic, for whoever looks at it from outside: `8000/health`. */
function healthLabel({ port, health }: Service): Record<string, string> {
  return { "capstone.health": `${port}${health}` };
}
