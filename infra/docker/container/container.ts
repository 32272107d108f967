import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { partLabels, partName } from "../../naming.ts";
import { healthCheckTimeoutSeconds, type Role, secretsDirectory } from "../../topology.ts";
import { Readiness } from "../steps/readiness.ts";
import { memoryPathOptions } from "./memory-path.ts";
import type { SecretFiles } from "./secret-files.ts";

export interface PartArgs {
  stack: string;
  role: Role;
  node: number;
  image: pulumi.Input<string>;
  userId: number;
  memoryMegabytes: number;
  stopTimeoutSeconds: number;
  /** The health check's command, run in the container. */
  healthCheck: string[];
  /** Failures do not count for this long after a start; the deployment waits as long for the first success. */
  startTimeoutSeconds: number;
  /** How often the check is run; 10 s when not given. */
  healthCheckSeconds?: number;
  command?: pulumi.Input<string[]>;
  /** In place of the image's; its command is then not run either. */
  entrypoint?: string[];
  /** Besides those that say which part it is. */
  labels?: Record<string, string>;
  /** Never a secret: those come in the secrets volume. */
  environment?: Record<string, pulumi.Input<string>>;
  /** Networks to join, with the names it has there. */
  networks: NetworkAttachment[];
  publishedPorts?: { internal: number; external: number }[];
  /** Secrets and settings, mounted read-only at /run/secrets; the container is replaced when a secret changes. */
  secretFiles?: SecretFiles;
  volume?: VolumeMount;
  /** Volumes that it shares with other parts. */
  sharedVolumes?: VolumeMount[];
  /** Paths in memory that the part writes to; the rest of its root is read-only. */
  memoryPaths?: string[];
  sharedMemoryMegabytes?: number;
  /** Its part of the processor when every container wants it; 1024 when not given. */
  cpuShares?: number;
  /** Settings of the network namespace, as `sysctl` names them. */
  kernelSettings?: Record<string, string>;
}

export interface VolumeMount {
  name: pulumi.Input<string>;
  path: string;
}

export interface PartOptions {
  parent: pulumi.Resource;
  /** What has to be done before the container is created or replaced. */
  dependsOn?: pulumi.Resource[];
}

export interface NetworkAttachment {
  name: pulumi.Input<string>;
  aliases: string[];
}

/** Each check starts a process, so they are rare; the deployment does not wait for them but checks often itself. */
const healthCheckDefaults = { seconds: 10, retries: 3 };

/**
 * One container of the stack, with what every one of them has: name and labels, its own user, no capabilities,
 * a read-only root, limits, bounded logs, a health check, a restart policy.
 * @returns What depends on it waits for: the container's readiness.
 */
export function createPart(args: PartArgs, options: PartOptions): Readiness {
  const container = createContainer(args, options);
  const { role, node, healthCheck, startTimeoutSeconds } = args;
  return new Readiness(
    `${role}-${node}-ready`,
    { container, healthCheck, timeoutSeconds: startTimeoutSeconds },
    { parent: options.parent },
  );
}

/**
 * A container like any other, but not needed by the service: nothing waits for it, and its failure does not fail a
 * deployment.
 */
export function createSidePart(args: PartArgs, options: PartOptions): docker.Container {
  return createContainer(args, options, false);
}

function createContainer(
  args: PartArgs,
  { parent, dependsOn = [] }: PartOptions,
  mustRun = true,
): docker.Container {
  const { stack, role, node } = args;
  const labels = { ...partLabels(stack, role, node), ...args.labels, ...secretsVersionLabel(args) };
  return new docker.Container(
    `${role}-${node}`,
    {
      name: partName(stack, role, node),
      image: args.image,
      labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
      ...(args.entrypoint ? { entrypoints: args.entrypoint } : {}),
      ...(args.command ? { command: args.command } : {}),
      envs: Object.entries(args.environment ?? {}).map(
        ([name, value]) => pulumi.interpolate`${name}=${value}`,
      ),
      networkMode: "bridge",
      networksAdvanced: args.networks,
      ports: (args.publishedPorts ?? [])
        .toSorted((a, b) => a.internal - b.internal)
        .map((port) => ({ ...port, ip: "127.0.0.1", protocol: "tcp" })),
      volumes: [
        ...[...(args.volume ? [args.volume] : []), ...(args.sharedVolumes ?? [])].map((volume) => ({
          volumeName: volume.name,
          containerPath: volume.path,
        })),
        ...(args.secretFiles
          ? [{ volumeName: args.secretFiles.volumeName, containerPath: secretsDirectory, readOnly: true }]
          : []),
      ],
      // A stopped neighbour has no DNS name, and an isolated network no resolver: do not wait 10 s for it.
      dnsOpts: ["timeout:1", "attempts:1"],
      user: `${args.userId}:${args.userId}`,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      readOnly: true,
      tmpfs: Object.fromEntries(
        (args.memoryPaths ?? []).map((path) => [path, memoryPathOptions(args.userId)]),
      ),
      ...(args.sharedMemoryMegabytes ? { shmSize: args.sharedMemoryMegabytes } : {}),
      ...(args.cpuShares ? { cpuShares: args.cpuShares } : {}),
      ...(args.kernelSettings ? { sysctls: args.kernelSettings } : {}),
      memory: args.memoryMegabytes,
      memorySwap: args.memoryMegabytes,
      restart: "unless-stopped",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      healthcheck: {
        tests: ["CMD", ...args.healthCheck],
        interval: goDuration(args.healthCheckSeconds ?? healthCheckDefaults.seconds),
        timeout: goDuration(healthCheckTimeoutSeconds),
        retries: healthCheckDefaults.retries,
        startPeriod: goDuration(args.startTimeoutSeconds),
      },
      stopTimeout: args.stopTimeoutSeconds,
      destroyGraceSeconds: args.stopTimeoutSeconds,
      mustRun,
      wait: false,
    },
    // Names are fixed, so the old one goes before the new one comes. The provider would call a changed health check an
    // update and leave the container with the old one.
    {
      parent,
      dependsOn: [...dependsOn, ...(args.secretFiles ? [args.secretFiles.written] : [])],
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck"],
    },
  );
}

function secretsVersionLabel({ secretFiles }: PartArgs): Record<string, pulumi.Input<string>> {
  return secretFiles ? { "capstone.secrets-version": secretFiles.version } : {};
}

/** A duration as the Docker provider writes it back, so that the next preview finds it unchanged. */
function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
