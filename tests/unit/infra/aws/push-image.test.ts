import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type ImagePush, pushImage } from "../../../../infra/aws/delivery/push-image.ts";
import { clientSettings, findMoto, type Moto, startMoto } from "./moto.ts";

const found = await findMoto();
const reason = "missing" in found ? found.missing : "";
if (reason) console.log(`skipped, the image push against moto: ${reason}`);

interface Call {
  args: string[];
  /** The client's configuration: where it was, what it said, and the description of a context in it. */
  folder: string;
  configuration: string;
  context: string;
  attestations: boolean;
}

describe.skipIf(reason !== "")(
  "the image push against moto's ECR, with a docker client that writes down",
  () => {
    let moto: Moto;
    let ecr: ECRClient;
    let folder: string;
    let push: ImagePush;
    let repositories = 0;

    beforeAll(async () => {
      moto = await startMoto("python" in found ? found.python : "");
      ecr = new ECRClient(clientSettings(moto));
    }, 60_000);
    afterAll(() => moto?.stop());

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "capstone-test-"));
      await symlink(join(import.meta.dirname, "fake-docker.mjs"), join(folder, "docker"));
      vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
      // As on a Mac with Colima.
      const context = join(folder, "config", "contexts", "meta", "colima");
      await mkdir(context, { recursive: true });
      await writeFile(join(context, "meta.json"), "where Colima listens");
      await writeFile(
        join(folder, "config", "config.json"),
        '{"currentContext":"colima","credsStore":"desktop"}',
      );
      vi.stubEnv("DOCKER_CONFIG", join(folder, "config"));
      vi.stubEnv("CALLS_FILE", join(folder, "calls"));
      vi.stubEnv("REGISTRY_ENDPOINT", moto.endpoint);
      repositories += 1;
      const { repository } = await ecr.send(
        new CreateRepositoryCommand({ repositoryName: `capstone-${repositories}` }),
      );
      push = {
        region: "eu-central-1",
        repositoryName: repository?.repositoryName ?? "",
        repositoryUrl: repository?.repositoryUri ?? "",
        sourceHash: "0123456789ab",
        dockerfile: "app/Dockerfile",
        architecture: "ARM64",
      };
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    });

    const calls = (): Call[] =>
      existsSync(join(folder, "calls"))
        ? readFileSync(join(folder, "calls"), "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Call)
        : [];

    test("builds without attestations, pushes, and answers with the registry's digest", async () => {
      expect(await pushImage(push, ecr)).toMatch(/^sha256:[0-9a-f]{64}$/);
      const [build, pushed] = calls();
      expect(build?.args).toEqual(expect.arrayContaining(["build", "--platform", "linux/arm64"]));
      expect(build?.attestations).toBe(false);
      expect(pushed?.args).toEqual(["push", `${push.repositoryUrl}:0123456789ab-arm64`]);
    });

    test("the registry's password is in no argument and left in no file", async () => {
      await pushImage(push, ecr);
      const pushed = calls().find(({ args }) => args[0] === "push");
      const { auths } = JSON.parse(pushed?.configuration ?? "{}") as {
        auths: Record<string, { auth: string }>;
      };
      const [[registry, login] = ["", { auth: "" }]] = Object.entries(auths);
      expect(registry).toBe(push.repositoryUrl.split("/")[0]);
      const password = Buffer.from(login.auth, "base64").toString();
      expect(password).toMatch(/^AWS:./);
      expect(JSON.stringify(calls().map(({ args }) => args))).not.toContain(password.slice("AWS:".length));
      expect(existsSync(pushed?.folder ?? "")).toBe(false);
      expect(readFileSync(join(folder, "config", "config.json"), "utf8")).toBe(
        '{"currentContext":"colima","credsStore":"desktop"}',
      );
    });

    test("the engine of the person's own context is the one that pushes", async () => {
      await pushImage(push, ecr);
      const pushed = calls().find(({ args }) => args[0] === "push");
      expect(JSON.parse(pushed?.configuration ?? "{}")).toMatchObject({ currentContext: "colima" });
      expect(pushed?.configuration).not.toContain("credsStore");
      expect(pushed?.context).toBe("where Colima listens");
    });

    test("the same source is built once", async () => {
      const digest = await pushImage(push, ecr);
      const before = calls().length;
      expect(await pushImage(push, ecr)).toBe(digest);
      expect(calls()).toHaveLength(before);
    });

    test.each(["build", "push"])("a failing %s says what docker said", async (command) => {
      vi.stubEnv("FAILING_COMMAND", command);
      await expect(pushImage(push, ecr)).rejects.toThrow(
        `docker ${command} failed with exit code 7. It said last: no space left on device`,
      );
    });
  },
);
