import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
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
  /** Relative to the project's root, as is the context, which is the root when not given. */
  dockerfile: string;
  context?: string;
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
  const configuration = await mkdtemp(join(tmpdir(), "capstone-registry-"));
  try {
    const file = join(projectRoot, push.dockerfile);
    const context = join(projectRoot, push.context ?? "");
    await docker(
      ["build", "--platform", platforms[push.architecture], "--file", file, "--tag", image, context],
      // With an attestation the digest would be a list's, of an image and of something that no node can run.
      { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" },
    );
    await writeConfiguration(configuration, push.repositoryUrl.split("/")[0] ?? "", await logIn(ecr));
    await docker(["push", image], { DOCKER_CONFIG: configuration });
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

/**
 * A client's configuration with the registry's login and nothing else of the person's but where the engine is: so the
 * password stays in no file of theirs, and Colima, Docker Desktop and rootless engines are found as before.
 */
async function writeConfiguration(folder: string, registry: string, login: string): Promise<void> {
  const own = process.env.DOCKER_CONFIG || join(homedir(), ".docker");
  const { currentContext } = await readFile(join(own, "config.json"), "utf8").then(
    (text) => JSON.parse(text) as { currentContext?: string },
    () => ({ currentContext: undefined }),
  );
  await symlink(join(own, "contexts"), join(folder, "contexts"));
  const configuration = { auths: { [registry]: { auth: login } }, currentContext };
  await writeFile(join(folder, "config.json"), JSON.stringify(configuration), { mode: 0o600 });
}

/** @returns user and password as a Docker configuration holds them. */
async function logIn(ecr: ECRClient): Promise<string> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = authorizationData?.[0]?.authorizationToken ?? "";
  if (!Buffer.from(token, "base64").includes(":")) {
    throw new PersonError("The image registry gave no password to push with.");
  }
  return token;
}

function docker(args: string[], environment: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = spawn("docker", args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
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
  });
}
