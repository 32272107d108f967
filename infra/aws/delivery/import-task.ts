import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ImportTaskOutput } from "../../contract.ts";
import { importSource } from "../../release.ts";
import { database as names } from "../../topology.ts";
import type { Statement } from "../account/policy-document.ts";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import { containerDefinitions } from "../service/container-definition.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import { databaseCertificateFile, taskPlatform } from "../service/task-platform.ts";
import { TaskRoles } from "../service/task-roles.ts";
import { createImportBucket } from "../storage/import-bucket.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { PrivateBucket } from "../storage/private-bucket.ts";
import { ReleaseImage } from "./release-image.ts";

export interface ImportTaskArgs {
  stack: string;
  accountId: string;
  region: string;
  architecture: "X86_64" | "ARM64";
  keyArn: pulumi.Input<string>;
  deletionProtection: boolean;
  network: Network;
  database: Database;
  objectStore: ObjectStore;
  logBucket: PrivateBucket;
  cluster: ServiceCluster;
}

/** As import-sqlite/Dockerfile has it. */
const importUserId = 10001;

/** The one place that its container may write to: the image has a directory of its user's there. */
const scratch = "/import";

/**
 * What `npm run import:sqlite` starts, once, where the database can be reached. At rest it costs the place of its image
 * in the registry, and nothing else.
 */
export class ImportTask extends pulumi.ComponentResource {
  /** What the command needs to know, for the stack's outputs. */
  readonly output: pulumi.Output<ImportTaskOutput>;
  /** Where files wait for it. */
  readonly bucket: PrivateBucket;
  private readonly name: string;

  constructor(name: string, args: ImportTaskArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ImportTask", name, {}, options);
    this.name = name;

    const bucket = createImportBucket(`${name}s`, args, { parent: this });
    this.bucket = bucket;
    const image = new ReleaseImage(name, { ...args, source: importSource }, { parent: this });
    const roles = this.createRoles(args, image, bucket);
    const definition = this.createDefinition(args, { image, roles, bucket });
    this.output = pulumi.output({
      region: args.region,
      clusterArn: args.cluster.cluster.arn,
      taskDefinitionArn: definition.arn,
      subnetIds: args.network.privateSubnets.map((subnet) => subnet.id),
      // That of the other task that runs once: nothing comes in, and it reaches the database.
      securityGroupIds: [args.network.securityGroups.migration.id],
      logGroupName: args.cluster.logGroup.name,
      containerName: "import",
      logStreamPrefix: "import",
      bucketName: bucket.bucket.bucket,
    });

    this.registerOutputs({ output: this.output });
  }

  private createRoles(args: ImportTaskArgs, image: ReleaseImage, bucket: PrivateBucket): TaskRoles {
    return new TaskRoles(
      this.name,
      {
        accountId: args.accountId,
        region: args.region,
        repositoryArns: [image.repositoryArn],
        logGroupArn: args.cluster.logGroup.arn,
        secretArns: [args.database.ownerSecretArn],
        keyArn: args.keyArn,
        applicationStatements: applicationStatements(args, bucket),
      },
      { parent: this },
    );
  }

  private createDefinition(
    args: ImportTaskArgs,
    { image, roles, bucket }: { image: ReleaseImage; roles: TaskRoles; bucket: PrivateBucket },
  ): aws.ecs.TaskDefinition {
    const { database, objectStore, region, cluster } = args;
    return new aws.ecs.TaskDefinition(
      this.name,
      {
        family: this.name,
        ...taskPlatform(args.architecture),
        cpu: "1024",
        memory: "2048",
        executionRoleArn: roles.execution.arn,
        taskRoleArn: roles.application.arn,
        volumes: [{ name: "scratch" }],
        containerDefinitions: containerDefinitions({
          name: "import",
          image: image.reference,
          userId: importUserId,
          // The command adds what it uploaded: names of people's files never come here.
          command: ["node", "import-sqlite/task/main.ts"],
          environment: {
            DATABASE_URL: database.url(names.ownerUser),
            DATABASE_CA_FILE: databaseCertificateFile,
            OBJECT_STORE_REGION: region,
            OBJECT_STORE_BUCKET: objectStore.bucket.bucket.bucket,
            ASSETS_URL: objectStore.distribution.url,
            IMPORT_BUCKET: bucket.bucket.bucket,
            TMPDIR: scratch,
            SQLITE_TMPDIR: scratch,
          },
          secrets: { DATABASE_PASSWORD: pulumi.interpolate`${database.ownerSecretArn}:password::` },
          scratch: { volume: "scratch", path: scratch },
          logGroupName: cluster.logGroup.name,
          region,
          logStreamPrefix: "import",
          stopTimeoutSeconds: 30,
        }),
      },
      { parent: this, dependsOn: roles.ready },
    );
  }
}

/** Reads what was uploaded to be imported, and writes images and avatars as the import does from anywhere else. */
function applicationStatements(
  { objectStore, region, keyArn }: ImportTaskArgs,
  bucket: PrivateBucket,
): Statement[] {
  const uploads = objectStore.bucket.bucket.arn;
  return [
    {
      Sid: "ReadWhatIsImported",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: pulumi.interpolate`${bucket.bucket.arn}/*`,
    },
    {
      Sid: "WriteImages",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: [pulumi.interpolate`${uploads}/images/*`, pulumi.interpolate`${uploads}/avatars/*`],
    },
    // Without it S3 answers 403 instead of 404 for an image that is not there yet.
    { Sid: "FindImages", Effect: "Allow", Action: "s3:ListBucket", Resource: uploads },
    {
      Sid: "UseKeyOfBuckets",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
    },
  ];
}
