import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { PersonError } from "../../errors.ts";
import { projectRoot } from "../../project.ts";

/** What is built, and where it goes. */
export interface ImagePush {
  region: string;
  repositoryName: string;
  repositoryUrl: string;
  sourceHash: string;
  dockerfile: string;
  architecture: "X86_64" | "ARM64";
}

const platforms = { X86_64: "linux/amd64", ARM64: "linux/arm64" };

/**
 * Builds the image and pushes it, unless the registry has this source already.
 * @returns The image's digest in the registry.
 * @throws PersonError with the last lines of what failed.
 */
export async function pushImage(
  push: ImagePush,
  ecr = new ECRClient({ region: push.region }),
): Promise<string> {
  const tag = `${push.sourceHash}-${push.architecture.toLowerCase().replace("_", "-")}`;
  const pushed = await findDigest(ecr, push.repositoryName, tag);
  if (pushed) return pushed;
  const image = `${push.repositoryUrl}:${tag}`;
  // A folder of its own, so that the registry's password is not left in the person's own configuration.
  const configuration = await mkdtemp(join(tmpdir(), "capstone-registry-"));
  try {
    const file = join(projectRoot, push.dockerfile);
    await docker(
      ["build", "--platform", platforms[push.architecture], "--file", file, "--tag", image, projectRoot],
      {},
    );
    const { user, password } = await logIn(ecr);
    const environment = { DOCKER_CONFIG: configuration };
    const registry = push.repositoryUrl.split("/")[0] ?? "";
    await docker(["login", "--username", user, "--password-stdin", registry], environment, password);
    await docker(["push", image], environment);
  } finally {
    await rm(configuration, { recursive: true, force: true });
  }
  const digest = await findDigest(ecr, push.repositoryName, tag);
  if (!digest) throw new PersonError(`${image} was pushed, and the registry does not know it.`);
  return digest;
}

async function findDigest(
  ecr: ECRClient,
  repositoryName: string,
  imageTag: string,
): Promise<string | undefined> {
  try {
    const found = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
    return found.imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (error instanceof Error && error.name === "ImageNotFoundException") return undefined;
    throw error;
  }
}

async function logIn(ecr: ECRClient): Promise<{ user: string; password: string }> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
  const separator = token.indexOf(":");
  if (separator < 0) throw new PersonError("The image registry gave no password to push with.");
  return { user: token.slice(0, separator), password: token.slice(separator + 1) };
}

function docker(args: string[], environment: Record<string, string>, input = ""): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = spawn("docker", args, {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [client.stdout, client.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4000);
      });
    }
    client.on("error", () =>
      reject(new PersonError("docker cannot be started; the image is built with it.")),
    );
    client.on("close", (exitCode) => {
      if (exitCode === 0) return resolve();
      const lines = said.trim().split("\n").slice(-5).join("\n");
      reject(new PersonError(`docker ${args[0]} failed with exit code ${exitCode}. It said last: ${lines}`));
    });
    client.stdin.on("error", () => undefined);
    client.stdin.end(input);
  });
}
