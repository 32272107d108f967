import type { ImportTaskOutput } from "../../infra/contract.ts";
import { PersonError } from "../../infra/errors.ts";
import { objectStoreRegion } from "../../infra/topology.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import type { ImportTarget } from "./import-target.ts";

/** The outputs that the import needs where the database can be reached from here. */
export interface TargetOutputs {
  assetsUrl: string;
  bucketName: string;
  ownerDatabaseUrl: string;
  objectStoreUrl: string;
}

/** Where an import goes: straight to the stack, or by a task in its network. */
export type Destination = { target: ImportTarget } | { task: ImportTaskOutput };

/**
 * A running stack, from its outputs.
 * @throws PersonError when there is no such stack, it is not up, or it was deployed by a release without imports.
 */
export async function destinationOf(stack: string): Promise<Destination> {
  const outputs = await readStackOutputs(stack);
  const { target, importTask, assetsUrl, bucketName, ownerDatabaseUrl, objectStoreUrl } = outputs;
  if (!assetsUrl || !bucketName) {
    throw new PersonError(
      `The stack ${stack} is not up; bring it up with \`npm run up -- --stack ${stack}\`.`,
    );
  }
  if (target === "aws" && importTask) return { task: importTask };
  if (target === "aws" || !ownerDatabaseUrl || !objectStoreUrl) {
    throw new PersonError(
      `The stack ${stack} runs an earlier release; \`npm run up -- --stack ${stack}\` brings it to this one.`,
    );
  }
  return { target: targetFrom({ assetsUrl, bucketName, ownerDatabaseUrl, objectStoreUrl }) };
}

async function readStackOutputs(
  stack: string,
): Promise<Partial<TargetOutputs & { target: string; importTask: ImportTaskOutput | null }>> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  try {
    return JSON.parse(await readPulumi(args));
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? (error as Error).message;
    if (/no stack named/.test(said)) {
      throw new PersonError(
        `There is no stack ${stack}; \`npm run up -- --stack ${stack}\` makes and deploys it, and \`npm run pulumi -- stack ls\` lists those that there are.`,
      );
    }
    throw new PersonError(`The outputs of the stack ${stack} cannot be read: ${said.split("\n").at(-1)}`);
  }
}

export function targetFrom(outputs: TargetOutputs): ImportTarget {
  const database = new URL(outputs.ownerDatabaseUrl);
  const store = new URL(outputs.objectStoreUrl);
  const region = store.searchParams.get("region");
  return {
    assetsUrl: outputs.assetsUrl,
    database: {
      host: database.hostname,
      port: Number(database.port || 5432),
      database: decodeURIComponent(database.pathname.slice(1)),
      user: decodeURIComponent(database.username),
      password: decodeURIComponent(database.password),
      certificateAuthority: undefined,
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
