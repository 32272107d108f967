import * as pulumi from "@pulumi/pulumi";
import type { ConfigurationReader } from "./reader.ts";

/** Fargate's sizes: what memory goes with which CPU, in CPU units (1024 are one vCPU) and megabytes. */
const taskMemoryMegabytes: Record<string, { least: number; most: number; step: number }> = {
  "256": { least: 512, most: 2048, step: 512 },
  "512": { least: 1024, most: 4096, step: 1024 },
  "1024": { least: 2048, most: 8192, step: 1024 },
  "2048": { least: 4096, most: 16_384, step: 1024 },
  "4096": { least: 8192, most: 30_720, step: 1024 },
};

const regionName = /^[a-z]{2}(-[a-z]+)+-[0-9]$/;
const allowedRegion = "the name of an AWS region, as in eu-central-1";

/** What the AWS target alone needs; Pulumi.yaml says what each buys. */
export interface AwsSettings {
  region: string;
  vpcCidr: string;
  availabilityZones: number;
  natGateways: "perZone" | "single" | "none";
  interfaceEndpoints: boolean;
  /** Where clients go, with its hosted zone; without one the service speaks plain HTTP. */
  domain: { name: string; hostedZoneId: string } | undefined;
  webFirewall: boolean;
  databaseAvailability: "instance" | "cluster";
  databaseInstanceClass: string;
  databaseStorageGigabytes: number;
  databaseStorageMaxGigabytes: number;
  backupRetentionDays: number;
  /** Where every backup is copied to as well. */
  backupCopyRegion: string | undefined;
  taskCpuUnits: number;
  taskMemoryMegabytes: number;
  taskArchitecture: "X86_64" | "ARM64";
  appNodesMax: number;
  logRetentionDays: number;
  deletionProtection: boolean;
  /** Whether data outlives a stack that is removed. */
  keepData: boolean;
  faultInjection: boolean;
  /** AWS may take the load balancer's traffic away from a zone, and practises it every week. */
  zonalAutoshift: boolean;
  restoreTesting: boolean;
  alarmEmail: string | undefined;
  monthlyBudgetDollars: number;
  /** `owner/name`; its workflows may preview and deploy. */
  githubRepository: string | undefined;
  /** The AWS account's OIDC provider for GitHub, where another stack has made the one that an account may have. */
  githubOidcProviderArn: string | undefined;
  /** The application's database password; made when not set. */
  applicationPassword: pulumi.Output<string> | undefined;
}

/**
 * Reads what the AWS target alone needs; errors go to the reader.
 * @param appNodes the least number of application nodes, which both targets have.
 */
export function readAws(reader: ConfigurationReader, appNodes: number): AwsSettings {
  const databaseAvailability = reader.oneOf("databaseAvailability", "instance", ["instance", "cluster"]);
  const storage = reader.integer("databaseStorageGigabytes", 100, 20, 65_536);
  const settings: AwsSettings = {
    region: readRegion(reader),
    vpcCidr: readVpcCidr(reader),
    availabilityZones: reader.integer("availabilityZones", 3, 2, 4),
    natGateways: reader.oneOf("natGateways", "perZone", ["perZone", "single", "none"]),
    interfaceEndpoints: reader.boolean("interfaceEndpoints", true),
    domain: readDomain(reader),
    webFirewall: reader.boolean("webFirewall", true),
    databaseAvailability,
    databaseInstanceClass: readInstanceClass(reader, databaseAvailability),
    databaseStorageGigabytes: storage,
    databaseStorageMaxGigabytes: reader.integer(
      "databaseStorageMaxGigabytes",
      Math.max(500, storage),
      storage,
      65_536,
    ),
    backupRetentionDays: reader.integer("backupRetentionDays", 14, 14, 35),
    backupCopyRegion: reader.text("backupCopyRegion", regionName, allowedRegion),
    ...readTaskSize(reader),
    taskArchitecture: reader.oneOf("taskArchitecture", "X86_64", ["X86_64", "ARM64"]),
    appNodesMax: reader.integer("appNodesMax", Math.max(8, appNodes), appNodes, 64),
    logRetentionDays: Number(reader.oneOf("logRetentionDays", "365", ["30", "90", "180", "365", "731"])),
    deletionProtection: reader.boolean("deletionProtection", true),
    keepData: reader.boolean("keepData", true),
    faultInjection: reader.boolean("faultInjection", true),
    zonalAutoshift: reader.boolean("zonalAutoshift", false),
    restoreTesting: reader.boolean("restoreTesting", true),
    alarmEmail: reader.text("alarmEmail", /^[^@\s]+@[^@\s]+\.[^@\s]+$/, "one e-mail address"),
    monthlyBudgetDollars: reader.integer("monthlyBudgetDollars", 800, 1, 1_000_000),
    githubRepository: reader.text(
      "githubRepository",
      /^[A-Za-z0-9-]+(@[0-9]+)?\/[A-Za-z0-9._-]+(@[0-9]+)?$/,
      "owner/name, or owner@id/name@id",
    ),
    githubOidcProviderArn: reader.text(
      "githubOidcProviderArn",
      /^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
      "the ARN of the account's OIDC provider token.actions.githubusercontent.com",
    ),
    applicationPassword: reader.secret("applicationPassword", 16),
  };
  if (settings.natGateways === "none" && !settings.interfaceEndpoints) {
    reader.refuse(
      'capstone:natGateways is "none" and capstone:interfaceEndpoints is false; tasks need one of them to fetch their image.',
    );
  }
  if (databaseAvailability === "cluster" && settings.availabilityZones < 3) {
    reader.refuse(
      `capstone:databaseAvailability is "cluster" and capstone:availabilityZones is ${settings.availabilityZones}; a cluster has a node in each of three zones.`,
    );
  }
  checkBackupCopies(reader, settings);
  checkZonalAutoshift(reader, settings, appNodes);
  return settings;
}

function checkBackupCopies(reader: ConfigurationReader, settings: AwsSettings): void {
  const { backupCopyRegion, region, databaseAvailability } = settings;
  if (backupCopyRegion !== undefined && backupCopyRegion === region) {
    reader.refuse(
      `capstone:backupCopyRegion is "${backupCopyRegion}", as is aws:region; allowed is another region, which is not lost with this one.`,
    );
  }
  if (backupCopyRegion !== undefined && databaseAvailability === "cluster") {
    reader.refuse(
      `capstone:backupCopyRegion is "${backupCopyRegion}" and capstone:databaseAvailability is "cluster"; AWS Backup copies no snapshot of a Multi-AZ cluster to another region.`,
    );
  }
}

/** While a zone is left out, those nodes serve that are in the others; ECS spreads them evenly. */
function checkZonalAutoshift(reader: ConfigurationReader, settings: AwsSettings, appNodes: number): void {
  const { zonalAutoshift, availabilityZones } = settings;
  const left = appNodes - Math.ceil(appNodes / availabilityZones);
  if (zonalAutoshift && left < 2) {
    reader.refuse(
      `capstone:zonalAutoshift is "true" and capstone:appNodes is ${appNodes} in ${availabilityZones} zones, so that ${left} would be left while AWS leaves one zone out; allowed are so many that 2 are left.`,
    );
  }
}

function readRegion(reader: ConfigurationReader): string {
  const region = new pulumi.Config("aws").get("region");
  if (!region || !regionName.test(region)) {
    reader.refuse(`aws:region is "${region ?? ""}"; allowed is ${allowedRegion}.`);
  }
  return region ?? "";
}

function readVpcCidr(reader: ConfigurationReader): string {
  const allowed = "a private network of /16 to /20 on its boundary, as in 10.20.0.0/16";
  const cidr =
    reader.text("vpcCidr", /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\/(16|17|18|19|20)$/, allowed) ?? "10.20.0.0/16";
  if (/\/(16|17|18|19|20)$/.test(cidr) && !isPrivateNetwork(cidr)) {
    reader.refuse(`capstone:vpcCidr is "${cidr}"; allowed is ${allowed}.`);
  }
  return cidr;
}

function isPrivateNetwork(cidr: string): boolean {
  const [address = "", length = ""] = cidr.split("/");
  const octets = address.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const value = ((a * 256 + b) * 256 + c) * 256 + d;
  const onBoundary = value % 2 ** (32 - Number(length)) === 0;
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  return octets.every((octet) => octet <= 255) && onBoundary && isPrivate;
}

function readDomain(reader: ConfigurationReader): AwsSettings["domain"] {
  const name = reader.text(
    "domain",
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    "a lower-case domain name, as in api.example.com",
  );
  const hostedZoneId = reader.text(
    "hostedZoneId",
    /^Z[A-Z0-9]{3,31}$/,
    "the id of a Route 53 hosted zone, as in Z0123456789ABC",
  );
  const allowPlainHttp = reader.boolean("allowPlainHttp", false);
  if (name && hostedZoneId) return { name, hostedZoneId };
  if (name || hostedZoneId) {
    const [given, missing] = name ? ["domain", "hostedZoneId"] : ["hostedZoneId", "domain"];
    reader.refuse(`capstone:${given} is set and capstone:${missing} is not; a certificate needs both.`);
  } else if (!allowPlainHttp) {
    reader.refuse(
      "capstone:domain is not set, so there is no certificate; set capstone:domain and capstone:hostedZoneId, or capstone:allowPlainHttp to true for a trial whose passwords cross the internet unencrypted.",
    );
  }
  return undefined;
}

function readInstanceClass(reader: ConfigurationReader, availability: "instance" | "cluster"): string {
  const classes = { instance: "db.m7g.large", cluster: "db.m6gd.large" };
  const instanceClass =
    reader.text(
      "databaseInstanceClass",
      /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
      "an RDS instance class, as in db.m7g.large",
    ) ?? classes[availability];
  // A Multi-AZ cluster commits to local disks, which only the classes with a d have.
  if (availability === "cluster" && !/^db\.[a-z]+[0-9]+[a-z]*d[a-z]*\./.test(instanceClass)) {
    reader.refuse(
      `capstone:databaseInstanceClass is "${instanceClass}"; allowed for capstone:databaseAvailability cluster is a class with local disks, as in db.m6gd.large.`,
    );
  }
  return instanceClass;
}

function readTaskSize(reader: ConfigurationReader): { taskCpuUnits: number; taskMemoryMegabytes: number } {
  const cpu = reader.oneOf("taskCpuUnits", "512", Object.keys(taskMemoryMegabytes));
  const { least, most, step } = taskMemoryMegabytes[cpu] ?? { least: 1024, most: 4096, step: 1024 };
  const memory = reader.integer("taskMemoryMegabytes", least, least, most);
  if (memory % step !== 0) {
    reader.refuse(
      `capstone:taskMemoryMegabytes is "${memory}"; allowed with ${cpu} CPU units is ${least} to ${most} in steps of ${step}.`,
    );
  }
  return { taskCpuUnits: Number(cpu), taskMemoryMegabytes: memory };
}
