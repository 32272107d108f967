import * as pulumi from "@pulumi/pulumi";
import { networkAlias } from "../naming.ts";
import {
  bucketName,
  counts,
  memoryLimits,
  ports,
  secretsDirectory,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import { createPart } from "./container/container.ts";
import { createDataVolume } from "./container/data-volume.ts";
import { contentVersion, SecretFiles } from "./container/secret-files.ts";
import { attach, type Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";
import { Job } from "./steps/job.ts";

export interface ObjectStoreArgs {
  stack: string;
  networks: Networks;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
}

/** Three Garage nodes, each holding every object, with the service's bucket and key. */
export class ObjectStore extends pulumi.ComponentResource {
  /** Done when the bucket and its key are there. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: ObjectStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:ObjectStore", name, {}, options);

    const files = this.createSecretFiles(args);
    const nodes = this.createNodes(args, files);
    this.ready = this.createSetup(args, files, nodes);

    this.registerOutputs({ bucketName });
  }

  private createSecretFiles({ stack, baseImage, secrets }: ObjectStoreArgs): SecretFiles {
    const { accessKey, secretKey, rpcSecret, adminToken, identities } = secrets.objectStore;
    return new SecretFiles(
      "object-store-secrets",
      {
        stack,
        role: "object-store-secrets",
        image: baseImage,
        userId: userIds.objectStore,
        pepper: secrets.pepper,
        secrets: {
          "object-store-rpc-secret": rpcSecret,
          "object-store-admin-token": adminToken,
          ...Object.fromEntries(identities.map(({ keyPair }, index) => [identityFile(index + 1), keyPair])),
        },
        // The set-up gives them to Garage; a new key replaces no node.
        settings: { "object-store-access-key": accessKey, "object-store-secret-key": secretKey },
      },
      { parent: this },
    );
  }

  /** One after another, so that a new version replaces a node only while the other two are a quorum. */
  private createNodes(args: ObjectStoreArgs, files: SecretFiles): pulumi.Resource[] {
    const nodes: pulumi.Resource[] = [];
    for (let node = 1; node <= counts.objectStore; node++) {
      nodes.push(this.createNode(args, files, node, nodes.slice(-1)));
    }
    return nodes;
  }

  private createNode(args: ObjectStoreArgs, files: SecretFiles, node: number, after: pulumi.Resource[]) {
    const { stack, networks, image } = args;
    const volume = createDataVolume(stack, "object-store", node, { parent: this });
    return createPart(
      {
        stack,
        role: "object-store",
        node,
        image,
        userId: userIds.objectStore,
        memoryMegabytes: memoryLimits.objectStore,
        networks: [attach(networks.data, "object-store", node)],
        volume: { name: volume.name, path: "/var/lib/garage/data" },
        secretFiles: files,
        environment: {
          NODE_NAME: networkAlias("object-store", node),
          OBJECT_STORE_NODES: nodeNames.join(" "),
          IDENTITY_FILE: identityFile(node),
          BOOTSTRAP_PEERS: bootstrapPeers(args.secrets),
          GARAGE_RPC_SECRET_FILE: `${secretsDirectory}/object-store-rpc-secret`,
          GARAGE_ADMIN_TOKEN_FILE: `${secretsDirectory}/object-store-admin-token`,
          GARAGE_METRICS_TOKEN_FILE: `${secretsDirectory}/object-store-admin-token`,
          RUST_LOG: "garage=warn",
        },
        memoryPaths: ["/run/garage", "/tmp"],
        // A connection to a node that vanished ends after two tries, some 0.6 s, and not after the kernel's 15 minutes.
        kernelSettings: { "net.ipv4.tcp_retries2": "1" },
        healthCheck: ["health-check"],
        startTimeoutSeconds: 60,
        stopTimeoutSeconds: stopTimeoutSeconds.objectStore,
      },
      { parent: this, dependsOn: after },
    );
  }

  private createSetup(
    { stack, networks, image, secrets }: ObjectStoreArgs,
    files: SecretFiles,
    nodes: pulumi.Resource[],
  ) {
    return new Job(
      "object-store-setup",
      {
        stack,
        role: "object-store-setup",
        image,
        userId: userIds.objectStore,
        command: ["form-cluster"],
        networks: [networks.data.name],
        secretFiles: files,
        environment: { OBJECT_STORE_NODES: nodeNames.join(" "), OBJECT_STORE_BUCKET: bucketName },
        timeoutSeconds: 150,
        triggers: {
          nodes: nodeNames.join(" "),
          bucket: bucketName,
          secrets: files.version,
          key: keyVersion(secrets),
        },
      },
      { parent: this, dependsOn: nodes },
    );
  }
}

const nodeNames = Array.from({ length: counts.objectStore }, (_, index) =>
  networkAlias("object-store", index + 1),
);

/** Changes with the service's key; tells nothing about it. */
function keyVersion({ objectStore: { accessKey, secretKey }, pepper }: Secrets): pulumi.Output<string> {
  return contentVersion({ accessKey, secretKey }, pepper);
}

function identityFile(node: number): string {
  return `object-store-identity-${node}`;
}

function bootstrapPeers({ objectStore }: Secrets): pulumi.Output<string> {
  return pulumi
    .all(objectStore.identities.map(({ publicKey }) => publicKey))
    .apply((keys) =>
      keys.map((key, index) => `${key}@${nodeNames[index]}:${ports.objectStoreRpc}`).join(" "),
    );
}
