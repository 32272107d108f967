import * as pulumi from "@pulumi/pulumi";
import { networkAlias, partName } from "../naming.ts";
import {
  cpuSharesOfFailover,
  database,
  memoryLimits,
  ports,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import type { BackupRepository } from "./backup-repository.ts";
import { readClusterSettings } from "./cluster-settings.ts";
import type { Consensus } from "./consensus.ts";
import { createPart } from "./container/container.ts";
import { createDataVolume } from "./container/data-volume.ts";
import { contentVersion, SecretFiles } from "./container/secret-files.ts";
import { attach, type Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";
import { Job } from "./steps/job.ts";
import { PasswordChange } from "./steps/password-change.ts";

export interface DatabaseArgs {
  stack: string;
  nodes: number;
  maxConnections: number;
  networks: Networks;
  consensus: Consensus;
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  backups: BackupRepository;
}

/** Postgres nodes in synchronous replication under Patroni, which elects one of them primary. */
export class Database extends pulumi.ComponentResource {
  /** Short names of the nodes, as the proxies know them. */
  readonly nodeNames: string[];
  readonly nodes: pulumi.Resource[];

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Database", name, {}, options);

    this.nodeNames = Array.from({ length: args.nodes }, (_, index) => networkAlias("database", index + 1));
    const files = this.createSecretFiles(args);
    this.nodes = this.createNodes(args, files);
    this.createSettings(args, files);
    this.createMonitorUser(args, files);

    this.registerOutputs({ nodes: this.nodeNames });
  }

  private createSecretFiles({
    stack,
    baseImage,
    maxConnections,
    secrets,
    backups,
  }: DatabaseArgs): SecretFiles {
    return new SecretFiles(
      "database-secrets",
      {
        stack,
        role: "database-secrets",
        image: baseImage,
        userId: userIds.database,
        pepper: secrets.pepper,
        secrets: {
          "superuser-password": secrets.superuserPassword,
          "replication-password": secrets.replicationPassword,
          "rewind-password": secrets.rewindPassword,
          "owner-password": secrets.ownerPassword,
          "patroni-password": secrets.patroniPassword,
          "backup-passphrase": secrets.backupPassphrase,
        },
        settings: {
          "cluster-settings.yml": readClusterSettings({ max_connections: maxConnections }),
          "backup.json": backups.schedule,
          // Read by the job that creates the user: no node has to be replaced for it.
          "monitor-password": secrets.monitorPassword,
        },
      },
      { parent: this },
    );
  }

  /** One after another: the first makes the cluster, and a new version replaces a node only while the other is healthy. */
  private createNodes(args: DatabaseArgs, files: SecretFiles): pulumi.Resource[] {
    const nodes: pulumi.Resource[] = [];
    const passwords = this.createPasswordChange(args, files);
    for (let node = 1; node <= args.nodes; node++) {
      const after = node === 1 ? [...args.consensus.members, passwords] : nodes.slice(-1);
      nodes.push(this.createNode(args, files, node, after));
    }
    return nodes;
  }

  private createPasswordChange({ stack, nodes }: DatabaseArgs, secretFiles: SecretFiles): PasswordChange {
    const containerNames = Array.from({ length: nodes }, (_, index) =>
      partName(stack, "database", index + 1),
    );
    return new PasswordChange(
      "database-passwords",
      { nodes: { containerNames, timeoutSeconds: 90 }, secretFiles },
      { parent: this },
    );
  }

  private createNode(args: DatabaseArgs, files: SecretFiles, node: number, after: pulumi.Resource[]) {
    const { stack, networks, image, consensus, backups } = args;
    const clusterAddress = clusterName(networkAlias("database", node));
    const volume = createDataVolume(stack, "database", node, { parent: this });
    return createPart(
      {
        stack,
        role: "database",
        node,
        image,
        userId: userIds.database,
        memoryMegabytes: memoryLimits.database,
        cpuShares: cpuSharesOfFailover,
        sharedMemoryMegabytes: 128,
        networks: [
          attach(networks.data, "database", node),
          { name: networks.cluster.name, aliases: [clusterAddress] },
        ],
        volume: { name: volume.name, path: "/var/lib/postgresql/data" },
        // Whichever node is the primary archives its log there and makes the backups.
        sharedVolumes: [backups.mount],
        secretFiles: files,
        memoryPaths: ["/run/patroni", "/run/postgresql", "/run/backup", "/tmp"],
        environment: {
          NODE_NAME: networkAlias("database", node),
          CLUSTER_ADDRESS: clusterAddress,
          CONSENSUS_HOSTS: consensus.endpoints.join(","),
        },
        healthCheck: ["health-check"],
        startTimeoutSeconds: 180,
        stopTimeoutSeconds: stopTimeoutSeconds.database,
      },
      { parent: this, dependsOn: after },
    );
  }

  /** A changed setting reaches the running cluster, replica first where it takes a restart. */
  private createSettings({ stack, networks, image, maxConnections }: DatabaseArgs, files: SecretFiles): Job {
    return new Job(
      "database-settings",
      {
        stack,
        role: "database-settings",
        image,
        userId: userIds.database,
        command: ["apply-settings"],
        networks: [networks.cluster.name],
        secretFiles: files,
        environment: {
          DATABASE_ADDRESSES: this.nodeNames.map((node) => `${clusterName(node)}:${ports.patroni}`).join(","),
        },
        timeoutSeconds: 180,
        triggers: { settings: readClusterSettings({ max_connections: maxConnections }) },
      },
      { parent: this, dependsOn: this.nodes },
    );
  }

  /** The exporter's user: created here, so that an existing cluster gets it too. */
  private createMonitorUser({ stack, networks, image, secrets }: DatabaseArgs, files: SecretFiles): Job {
    return new Job(
      "database-monitor",
      {
        stack,
        role: "database-monitor",
        image,
        userId: userIds.database,
        command: ["create-monitor-user"],
        networks: [networks.cluster.name],
        secretFiles: files,
        environment: {
          DATABASE_HOSTS: this.nodeNames.map(clusterName).join(","),
          DATABASE_NAME: database.name,
          MONITOR_USER: database.monitorUser,
        },
        timeoutSeconds: 90,
        triggers: {
          user: database.monitorUser,
          password: contentVersion({ password: secrets.monitorPassword }, secrets.pepper),
        },
      },
      { parent: this, dependsOn: this.nodes },
    );
  }
}

/** What a database node is called in the cluster network, where replication and consensus run. */
export function clusterName(node: string): string {
  return `${node}.cluster`;
}
