import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { referencesIn } from "../../infra/policy/resource-graph/render.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { projectRoot } from "../../infra/project.ts";
import { type Finished, mustSucceed, run } from "../stack/support.ts";
import { findMoto, type Moto, startMoto } from "../unit/infra/aws/moto.ts";
import { Cloud } from "./aws-stand-in/cloud.ts";

// The commands that docs/aws.md names, through the real engine, on the stack of `npm run trial`. AWS is the stand-in for
// Pulumi's plugin, and moto for what the program itself asks: the image's registry, and the migration's task.

const folder = mkdtempSync(path.join(tmpdir(), "capstone-rehearsal-"));
const found = await findMoto();
const reason = "missing" in found ? found.missing : "";
if (reason) console.log(`skipped, the rehearsal on AWS: ${reason}`);

const minuteMs = 60_000;
let moto: Moto;
let cloud: Cloud;

/** A command of the project, as cli/start.mjs runs it once everything it needs is there. */
const command = (name: string, ...args: string[]): Promise<Finished> =>
  run("node", [path.join("cli", "commands", `${name}.ts`), "--stack", "trial", ...args], {
    timeoutMs: 9 * minuteMs,
  });

/** These resources fail, with what AWS would say. */
const fail = (failures: Record<string, string>) =>
  writeFileSync(path.join(folder, "failures.json"), JSON.stringify(failures));

describe.skipIf(reason !== "")("a stack on AWS, rehearsed", { timeout: 10 * minuteMs }, () => {
  beforeAll(async () => {
    moto = await startMoto("python" in found ? found.python : "");
    cloud = new Cloud(folder);
    fail({});
    await writeOutputs();
    makePlugins();
    makeDocker();
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    mkdirSync(path.join(folder, "state"));
  }, 5 * minuteMs);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is shown by a preview, which makes nothing", async () => {
    const { stdout } = await mustSucceed(command("preview"));
    expect(stdout).toMatch(/\+ \d+ to create/);
    expect(cloud.all()).toEqual([]);
  });

  it("goes on from where an up failed", async () => {
    fail({ "aws:rds/instance:Instance.capstone-trial": "InsufficientDBInstanceCapacity" });
    const failed = await command("up");
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain("InsufficientDBInstanceCapacity");
    expect(failed.stderr).toContain("The next `npm run up` continues from here.");
    fail({});
    const { stdout } = await mustSucceed(command("up"));
    expect(JSON.parse(stdout)).toMatchObject({ target: "aws", migration: "0009_rehearsed" });
    expect(cloud.find("aws:rds/instance:Instance", "capstone-trial")).toBeDefined();
  });

  it("is changed by no second up", async () => {
    const before = cloud.all();
    await mustSucceed(command("preview", "--expect-no-changes"));
    await mustSucceed(command("up"));
    expect(cloud.all()).toEqual(before);
  });

  it("has the outputs of the contract", async () => {
    const { stdout } = await mustSucceed(command("outputs"));
    const { databaseUrl, release } = JSON.parse(stdout);
    expect(databaseUrl).toBe("[secret]");
    expect(release.image).toMatch(/\/si-repository-[0-9a-f]{8}@sha256:[0-9a-f]{64}$/);
  });

  it("is brought back by the next up when AWS has rolled a deployment back", async () => {
    const [service] = cloud.all().filter(({ type }) => type === "aws:ecs/service:Service");
    const wished = service?.properties.taskDefinition;
    if (service)
      cloud.put({ ...service, properties: { ...service.properties, taskDefinition: "the one before" } });
    await mustSucceed(command("up"));
    expect(cloud.find("aws:ecs/service:Service", service?.id ?? "")?.properties.taskDefinition).toBe(wished);
  });

  it("is taken down to the last resource", async () => {
    await mustSucceed(command("down", "--data"));
    expect(cloud.all()).toEqual([]);
  });
});

/** What programs read of each type, as the graph of the same stack says. */
async function writeOutputs(): Promise<void> {
  const graph = await collectResourceGraph(runProgram, { stack: "trial", ...readStackConfig("trial") });
  const read = new Map<string, Set<string>>();
  const references = [graph.outputs, ...graph.resources.map(({ inputs }) => inputs)].flatMap(referencesIn);
  for (const { identity, property } of references) {
    const type = identity.slice(0, identity.lastIndexOf("."));
    read.set(type, (read.get(type) ?? new Set()).add(property));
  }
  const outputs = Object.fromEntries([...read].map(([type, properties]) => [type, [...properties]]));
  writeFileSync(path.join(folder, "outputs.json"), JSON.stringify(outputs));
}

/** Pulumi's plugins as they are, and the stand-in as the one for AWS. */
function makePlugins(): void {
  const plugins = path.join(folder, "pulumi", "plugins");
  const own = path.join(plugins, "resource-aws-v7.48.0");
  mkdirSync(own, { recursive: true });
  const given = path.join(process.env.PULUMI_HOME ?? "", "plugins");
  const others = existsSync(given) ? readdirSync(given) : [];
  // Pulumi takes no link for a plugin's folder.
  for (const name of others.filter((other) => /^resource-(?!aws-).*\d$/.test(other))) {
    mkdirSync(path.join(plugins, name));
    for (const file of readdirSync(path.join(given, name)))
      symlinkSync(path.join(given, name, file), path.join(plugins, name, file));
  }
  const program = path.join(import.meta.dirname, "aws-stand-in", "plugin.ts");
  writeFileSync(path.join(own, "pulumi-resource-aws"), `#!/bin/sh\nexec node "${program}" "$@"\n`);
  chmodSync(path.join(own, "pulumi-resource-aws"), 0o755);
}

/** The docker client that pushes to moto. */
function makeDocker(): void {
  mkdirSync(path.join(folder, "bin"));
  const fake = path.join(projectRoot, "tests", "unit", "infra", "aws", "fake-docker.mjs");
  symlinkSync(fake, path.join(folder, "bin", "docker"));
}

function environment(): Record<string, string> {
  return {
    PATH: [path.join(folder, "bin"), process.env.PATH ?? ""].join(path.delimiter),
    PULUMI_HOME: path.join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the rehearsal's",
    XDG_DATA_HOME: path.join(folder, "data"),
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: moto.endpoint,
    REGISTRY_ENDPOINT: moto.endpoint,
    CALLS_FILE: path.join(folder, "docker-calls"),
    STAND_IN_FOLDER: folder,
    STAND_IN_SUBNET: moto.subnetId,
    STAND_IN_SECURITY_GROUP: moto.securityGroupId,
    STAND_IN_TASK: `echo '{"newest":"0009_rehearsed"}'`,
  };
}
