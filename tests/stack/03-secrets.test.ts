import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { command, docker, mustSucceed, run, stack } from "./support.ts";

/** Every secret of the stack by name, from the only place that has them all: the state, with its passphrase. */
let secrets: { name: string; value: string }[];
let containers: string[];

beforeAll(async () => {
  const { stdout } = await mustSucceed(command("pulumi", ["stack", "export", "--show-secrets"]));
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: StateResource[] } };
  secrets = deployment.resources
    .filter((resource) => resource.type.startsWith("random:"))
    .flatMap(({ urn, outputs }) => {
      const name = urn.split("::").at(-1) ?? "";
      const value = String(plain(outputs?.result));
      // Some are used as they are, some hashed to bytes: see infra/random-bytes.ts.
      const bytes = createHash("sha256").update(value).digest();
      return [
        { name, value },
        { name: `${name} as hex`, value: bytes.toString("hex") },
        { name: `${name} as base64`, value: bytes.toString("base64") },
        { name: `${name} as an access key`, value: bytes.toString("hex").slice(0, 24) },
      ];
    });
  containers = (await docker("ps", "--all", "--quiet", "--filter", `label=capstone.stack=${stack}`)).split(
    "\n",
  );
});

const found = (text: string) => secrets.filter(({ value }) => text.includes(value)).map(({ name }) => name);

describe("the stack's secrets", () => {
  it("are known to this test", () => {
    expect(secrets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["superuserPassword", "applicationPassword", "objectStoreSecretKey as hex"]),
    );
    for (const { value } of secrets) expect(value.length).toBeGreaterThan(16);
  });

  it("are in no container's inspection", async () => {
    expect(found(await docker("inspect", ...containers))).toEqual([]);
  });

  it("are in no volume's, network's or image's inspection", async () => {
    const volumes = (await docker("volume", "ls", "--quiet"))
      .split("\n")
      .filter((name) => name.startsWith("capstone-"));
    const images = (await docker("images", "--quiet", "--filter", "reference=capstone/*")).split("\n");
    expect(found(await docker("volume", "inspect", ...volumes))).toEqual([]);
    expect(found(await docker("image", "inspect", ...new Set(images)))).toEqual([]);
  });

  it("are in no log", async () => {
    for (const id of containers) {
      const logs = await mustSucceed(run("docker", ["logs", id]));
      expect(found(logs.stdout + logs.stderr), id).toEqual([]);
    }
  });

  it("are in no process's arguments or environment", () => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      for (const file of ["cmdline", "environ"]) {
        let text = "";
        try {
          text = readFileSync(`/proc/${pid}/${file}`, "utf8");
        } catch {
          continue; // The process ended, or is not ours to read.
        }
        expect(found(text), `/proc/${pid}/${file}`).toEqual([]);
      }
    }
  });

  it("are in no plain text of the state", async () => {
    const { stdout } = await mustSucceed(command("pulumi", ["stack", "export"]));
    expect(found(stdout)).toEqual([]);
    expect(stdout).toContain("ciphertext");
  });
});

interface StateResource {
  type: string;
  urn: string;
  outputs?: Record<string, unknown>;
}

/** A secret in an exported state is an object that holds its JSON. */
function plain(value: unknown): unknown {
  const wrapped = value as { plaintext?: string } | undefined;
  return typeof wrapped === "object" && wrapped?.plaintext !== undefined
    ? JSON.parse(wrapped.plaintext)
    : value;
}
