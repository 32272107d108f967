import * as pulumi from "@pulumi/pulumi";
import { type PasswordName, passwordNames } from "../topology.ts";
import { type AwsSettings, readAws } from "./aws.ts";
import { type MonitoringSettings, readReceivers } from "./monitoring.ts";
import { ConfigurationReader } from "./reader.ts";
import type { Service } from "./service.ts";
import { readServiceKeys } from "./service-keys.ts";

/** The passwords that config sets; the others are made at random. */
export type GivenPasswords = Partial<Record<PasswordName, pulumi.Output<string>>>;

/** Settings that both targets share. */
interface SharedConfiguration {
  /** The stack's name, as in `capstone-<stack>-<role>-<n>`. */
  stack: string;
  appNodes: number;
  /** A rotation of the keys that sign sessions is a deployment with this raised by one. */
  signingKeyGeneration: number;
  /** Separated by spaces; undefined where no page of another origin may use the API. */
  corsOrigins: string | undefined;
  /** Where the service sends traces; undefined is nowhere. */
  tracesUrl: string | undefined;
  service: Service;
  /** Over what the service's declaration says. */
  serviceEnvironment: Record<string, string>;
  /** Those of the service's own secrets that config sets. */
  serviceSecrets: Record<string, pulumi.Output<string>>;
}

/** How often backups are made and verified, and how long they are kept. The containers read it as JSON. */
export interface BackupSchedule {
  fullEveryHours: number;
  everyHours: number;
  verifyEveryHours: number;
  retentionDays: number;
}

/** Settings of the local target; ports are on 127.0.0.1. */
export interface DockerConfiguration extends SharedConfiguration {
  target: "docker";
  databaseNodes: number;
  httpPort: number;
  databasePort: number;
  databaseReadPort: number;
  objectStorePort: number;
  databaseMaxConnections: number;
  /** 0 leaves it to the service's declaration. */
  appMemoryMegabytes: number;
  /** Raised by one, each of these is a rotation. */
  databasePasswordGeneration: number;
  objectStoreKeyGeneration: number;
  internalPasswordGeneration: number;
  backups: BackupSchedule;
  passwords: GivenPasswords;
  /** Undefined without monitoring. */
  monitoring: MonitoringSettings | undefined;
}

/** Settings of the AWS target. */
export interface AwsConfiguration extends SharedConfiguration, AwsSettings {
  target: "aws";
}

export type Configuration = DockerConfiguration | AwsConfiguration;

/**
 * Reads and checks every config key in one place; the keys are described in Pulumi.yaml.
 * @throws PersonError that lists every key that is wrong, with its value and what is allowed.
 */
export function readConfiguration(): Configuration {
  const reader = new ConfigurationReader(new pulumi.Config());
  const stack = pulumi.getStack();
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stack)) {
    reader.refuse(
      `The stack's name is "${stack}"; allowed are up to 20 of a-z, 0-9 and -, starting with a letter.`,
    );
  }
  const shared = {
    stack,
    appNodes: reader.integer("appNodes", 2, 2, 8),
    signingKeyGeneration: reader.integer("signingKeyGeneration", 1, 1, 1_000_000),
    corsOrigins: reader.text(
      "corsOrigins",
      /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?( https?:\/\/[a-z0-9.-]+(:\d{1,5})?)*)$/,
      "* or origins as https://app.example.com, separated by spaces",
    ),
    tracesUrl: reader.text(
      "tracesUrl",
      /^https?:\/\/[\w.-]+(:\d{1,5})?(\/[\w./-]*)?$/,
      "an address as http://collector:4318/v1/traces",
    ),
    ...readServiceKeys(reader),
  };
  const target = reader.oneOf("target", "docker", ["docker", "aws"]);
  const configuration: Configuration =
    target === "docker"
      ? { target, ...shared, ...readDocker(reader) }
      : { target, ...shared, ...readAws(reader, shared.appNodes) };
  if (target === "aws" && stack.length > 15) {
    // A load balancer's name has 32 characters, of which Pulumi takes eight to make it unique.
    reader.refuse(`The stack's name is "${stack}"; on AWS it has at most 15 characters.`);
  }
  reader.finish();
  return configuration;
}

function readDocker(reader: ConfigurationReader) {
  const port = (key: string, fallback: number) => reader.integer(key, fallback, 1024, 65_535);
  const publishedPorts = {
    httpPort: port("httpPort", 8080),
    databasePort: port("databasePort", 15432),
    databaseReadPort: port("databaseReadPort", 15433),
    objectStorePort: port("objectStorePort", 13900),
  };
  const monitoringPorts = {
    metricsPort: port("metricsPort", 19090),
    alertsPort: port("alertsPort", 19093),
    dashboardsPort: port("dashboardsPort", 13000),
  };
  reader.allDifferent({ ...publishedPorts, ...monitoringPorts });
  const monitoring = {
    ...monitoringPorts,
    dashboards: reader.boolean("dashboards", false),
    metricsRetentionDays: reader.integer("metricsRetentionDays", 7, 1, 90),
    receivers: readReceivers(reader),
  };
  return {
    ...publishedPorts,
    databaseNodes: reader.integer("databaseNodes", 2, 2, 3),
    databaseMaxConnections: reader.integer("databaseMaxConnections", 100, 20, 1000),
    appMemoryMegabytes: reader.integer("appMemoryMegabytes", 0, 128, 8192),
    databasePasswordGeneration: reader.integer("databasePasswordGeneration", 1, 1, 1_000_000),
    objectStoreKeyGeneration: reader.integer("objectStoreKeyGeneration", 1, 1, 1_000_000),
    internalPasswordGeneration: reader.integer("internalPasswordGeneration", 1, 1, 1_000_000),
    backups: {
      fullEveryHours: reader.integer("backupFullEveryHours", 168, 1, 8760),
      everyHours: reader.integer("backupEveryHours", 24, 1, 8760),
      verifyEveryHours: reader.integer("restoreVerifyEveryHours", 24, 1, 8760),
      retentionDays: reader.integer("backupRetentionDays", 14, 1, 365),
    },
    passwords: readPasswords(reader),
    monitoring: reader.boolean("monitoring", true) ? monitoring : undefined,
  };
}

function readPasswords(reader: ConfigurationReader): GivenPasswords {
  const passwords: GivenPasswords = {};
  for (const name of passwordNames) {
    const given = reader.secret(name, 16);
    if (given) passwords[name] = given;
  }
  return passwords;
}
