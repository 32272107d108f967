import * as pulumi from "@pulumi/pulumi";
import { partName } from "../naming.ts";
import {
  bucketName,
  database,
  objectStoreRegion,
  ports,
  rehearsalLimits,
  secretsDirectory,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import { createPart } from "./container/container.ts";
import { SecretFiles } from "./container/secret-files.ts";
import { attach, type Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";

export interface AppNodesArgs {
  stack: string;
  count: number;
  memoryMegabytes: number;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  release: { image: pulumi.Input<string>; commit: string };
  assetsUrl: string;
  corsOrigins: string | undefined;
  tracesUrl: string | undefined;
  secrets: Secrets;
  /** No node of this version starts before these are done. */
  after: pulumi.Resource[];
}

/** Equal, stateless application nodes. A new version rolls through them one at a time, each ready before the next. */
export class AppNodes extends pulumi.ComponentResource {
  readonly names: string[];

  constructor(name: string, args: AppNodesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:AppNodes", name, {}, options);

    this.names = Array.from({ length: args.count }, (_, index) => partName(args.stack, "app", index + 1));
    const files = this.createSecretFiles(args);
    this.createNodes(args, files);

    this.registerOutputs({ names: this.names });
  }

  private createSecretFiles({ stack, baseImage, secrets }: AppNodesArgs): SecretFiles {
    return new SecretFiles(
      "app-secrets",
      {
        stack,
        role: "app-secrets",
        image: baseImage,
        userId: userIds.app,
        pepper: secrets.pepper,
        secrets: {
          "database-password": secrets.applicationPassword,
          "signing-keys": secrets.signingKeys,
          "object-store-access-key": secrets.objectStore.accessKey,
          "object-store-secret-key": secrets.objectStore.secretKey,
        },
      },
      { parent: this },
    );
  }

  private createNodes(args: AppNodesArgs, files: SecretFiles): void {
    let after = args.after;
    for (let node = 1; node <= args.count; node++) after = [this.createNode(args, files, node, after)];
  }

  private createNode(args: AppNodesArgs, files: SecretFiles, node: number, after: pulumi.Resource[]) {
    const databaseUrl = `postgresql://${args.secrets.applicationLogin}@edge:${ports.edgePrimary}/${database.name}`;
    return createPart(
      {
        stack: args.stack,
        role: "app",
        node,
        image: args.image,
        userId: userIds.app,
        memoryMegabytes: args.memoryMegabytes,
        networks: [attach(args.networks.service, "app", node)],
        secretFiles: files,
        memoryPaths: ["/tmp"],
        environment: {
          NODE_NAME: partName(args.stack, "app", node),
          RELEASE_IMAGE: args.release.image,
          RELEASE_COMMIT: args.release.commit,
          PORT: String(ports.appHttp),
          DATABASE_URL: databaseUrl,
          OBJECT_STORE_ENDPOINT: `http://edge:${ports.edgeObjectStore}`,
          OBJECT_STORE_REGION: objectStoreRegion,
          OBJECT_STORE_BUCKET: bucketName,
          ASSETS_URL: args.assetsUrl,
          // The proxies overwrite x-forwarded-for, so everyone on this network is trusted.
          TRUSTED_PROXIES: "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
          SECRETS_DIRECTORY: secretsDirectory,
          RATE_LIMITS: rehearsalLimits,
          ...(args.corsOrigins === undefined ? {} : { CORS_ORIGINS: args.corsOrigins }),
          ...(args.tracesUrl === undefined ? {} : { TRACES_URL: args.tracesUrl }),
        },
        healthCheck: ["app/health-check"],
        startTimeoutSeconds: 90,
        stopTimeoutSeconds: stopTimeoutSeconds.app,
      },
      { parent: this, dependsOn: after },
    );
  }
}
