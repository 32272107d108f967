import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { PersonError } from "../../infra/errors.ts";
import { objectStoreRegion } from "../../infra/topology.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import type { ImportTarget } from "./import-target.ts";

const execute = promisify(execFile);

/** The outputs that the import needs. */
export interface TargetOutputs {
  assetsUrl: string;
  bucketName: string;
  ownerDatabaseUrl: string;
  objectStoreUrl: string;
}

const amazonAuthority = new URL("../../app/certificates/amazon-rds.pem", import.meta.url);

/**
 * A running stack's database, bucket and owner login, from its outputs.
 * @throws PersonError when the stack is not up, or was deployed by a release without imports.
 */
export async function targetOf(stack: string): Promise<ImportTarget> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const text = await readPulumi(args).catch(() => "{}");
  const outputs = JSON.parse(text) as Partial<TargetOutputs>;
  const { assetsUrl, bucketName, ownerDatabaseUrl, objectStoreUrl } = outputs;
  if (!assetsUrl || !bucketName) {
    throw new PersonError(
      `The stack ${stack} is not up; bring it up with \`npm run up -- --stack ${stack}\`.`,
    );
  }
  if (!ownerDatabaseUrl || !objectStoreUrl) {
    throw new PersonError(
      `The stack ${stack} runs an earlier release; \`npm run up -- --stack ${stack}\` brings it to this one.`,
    );
  }
  return targetFrom({ assetsUrl, bucketName, ownerDatabaseUrl, objectStoreUrl });
}

export async function targetFrom(outputs: TargetOutputs): Promise<ImportTarget> {
  const database = new URL(outputs.ownerDatabaseUrl);
  const secretArn = database.searchParams.get("passwordSecret");
  const store = new URL(outputs.objectStoreUrl);
  const region = store.searchParams.get("region");
  return {
    assetsUrl: outputs.assetsUrl,
    database: {
      host: database.hostname,
      port: Number(database.port || 5432),
      database: decodeURIComponent(database.pathname.slice(1)),
      user: decodeURIComponent(database.username),
      password: secretArn === null ? decodeURIComponent(database.password) : await passwordFrom(secretArn),
      certificateAuthority:
        database.searchParams.get("sslmode") === "verify-full"
          ? readFileSync(amazonAuthority, "utf8")
          : undefined,
      settings: { application_name: "capstone import" },
    },
    objectStore: {
      bucket: outputs.bucketName,
      region: region ?? objectStoreRegion,
      endpoint: store.username === "" ? undefined : store.origin,
      credentials:
        store.username === ""
          ? undefined
          : {
              accessKeyId: decodeURIComponent(store.username),
              secretAccessKey: decodeURIComponent(store.password),
            },
    },
  };
}

/** RDS keeps the owner's password in Secrets Manager and changes it. The person's own AWS CLI asks for it. */
async function passwordFrom(arn: string): Promise<string> {
  const args = [
    "secretsmanager",
    "get-secret-value",
    "--secret-id",
    arn,
    "--query",
    "SecretString",
    "--output",
    "text",
  ];
  const region = arn.split(":")[3] ?? "";
  try {
    const { stdout } = await execute("aws", [...args, "--region", region]);
    return (JSON.parse(stdout) as { password: string }).password;
  } catch (error) {
    throw new PersonError(
      `The database owner's password cannot be read with the AWS CLI: ${(error as Error).message.split("\n").at(-1) || "no answer"}.`,
    );
  }
}
