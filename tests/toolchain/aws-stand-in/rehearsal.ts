import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { collectResourceGraph } from "../../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../../infra/policy/resource-graph/program.ts";
import { referencesIn } from "../../../infra/policy/resource-graph/render.ts";
import { readStackConfig } from "../../../infra/policy/resource-graph/stack-config.ts";
import { projectRoot } from "../../../infra/project.ts";
import { copyOfProject, type Finished, run } from "../../stack/support.ts";
import { clientSettings, type Moto, startMoto } from "../../unit/infra/aws/moto.ts";
import { type Behaviour, Cloud } from "./cloud.ts";

/**
 * What a person with an account types, run in a copy of the project through Pulumi's real engine. AWS is the stand-in for
 * Pulumi's plugin, and moto for what the program itself asks of it and for the bucket and key of the state.
 */
export class Rehearsal {
  readonly folder = mkdtempSync(path.join(tmpdir(), "capstone-rehearsal-"));
  readonly cloud = new Cloud(this.folder);
  /** The commands of the documents that were run. */
  readonly ran = new Set<string>();
  readonly #python: string;
  #moto: Moto | undefined;
  #environment: NodeJS.ProcessEnv = {};
  #project: ({ path: string } & Disposable) | undefined;

  /** @param python that has moto. */
  constructor(python: string) {
    this.#python = python;
  }

  /**
   * @param given values of outputs, by type and property, where the stand-in's own would lead nowhere.
   * @param authorities a file of certificates that the commands trust as well.
   */
  async start(stack: string, given: Record<string, string> = {}, authorities = ""): Promise<void> {
    this.#project = await copyOfProject();
    this.#moto = await startMoto(this.#python);
    this.behave({});
    this.#write("given-outputs.json", given);
    this.#write("outputs.json", await outputsOf(stack));
    this.tasksDo(`echo '{"newest":"0009_rehearsed"}'`);
    this.#makePrograms();
    this.#environment = { ...process.env, ...this.#settings(this.#moto), NODE_EXTRA_CA_CERTS: authorities };
  }

  async stop(): Promise<void> {
    await this.#moto?.stop();
    this.#project?.[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get project(): string {
    return this.#project?.path ?? "";
  }

  /** How resources behave from now on, by `TYPE.NAME`. */
  behave(behaviours: Record<string, Behaviour>): void {
    this.#write("behaviours.json", behaviours);
  }

  /** What the container of every task does from now on, in the shell's words. */
  tasksDo(script: string): void {
    writeFileSync(path.join(this.folder, "task.sh"), `${script}\n`);
  }

  /**
   * Runs a command of the documents as it stands there.
   * @param more what a person is asked for and a test has to say beforehand.
   * @param words what stands for a word of the line.
   */
  type(line: string, more = "", words: Record<string, string> = {}): Promise<Finished> {
    this.ran.add(line);
    const given = Object.keys(words).reduce(
      (text, word) => text.replace(word, `"$${word}"`),
      this.#local(line),
    );
    return run("sh", ["-c", `${given} ${more}`], {
      cwd: this.project,
      env: { ...this.#environment, ...words },
      timeoutMs: 540_000,
    });
  }

  /** The keys of all that a bucket has. */
  async objectsIn(bucket: string): Promise<string[]> {
    const { endpoint = "" } = this.#moto ?? {};
    const s3 = new S3Client({ ...clientSettings({ endpoint }), forcePathStyle: true });
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket }),
    );
    s3.destroy();
    return [...Versions, ...DeleteMarkers].map(({ Key = "" }) => Key);
  }

  /** The same for one that must succeed. */
  async do(line: string, more = ""): Promise<string> {
    const { exitCode, stdout, stderr } = await this.type(line, more);
    expect(exitCode, `${line}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`).toBe(0);
    return stdout;
  }

  /** Runs a command and kills it, and all that it started, once a resource hangs. */
  async kill(line: string): Promise<void> {
    this.ran.add(line);
    const options = { cwd: this.project, env: this.#environment, detached: true, stdio: "ignore" as const };
    const shell = spawn("sh", ["-c", this.#local(line)], options);
    const ended = new Promise((resolve) => shell.once("close", resolve));
    const hanging = path.join(this.folder, "hanging");
    await expect.poll(() => existsSync(hanging), { timeout: 240_000 }).toBe(true);
    process.kill(-(shell.pid ?? 0), "SIGKILL");
    // The engine gives a plugin a process group of its own.
    process.kill(Number(readFileSync(hanging, "utf8")), "SIGKILL");
    await ended;
    rmSync(hanging);
  }

  /** With the rehearsal's account and region, and a bucket that is found by its path. */
  #local(line: string): string {
    return line
      .replaceAll("ACCOUNT", "123456789012")
      .replaceAll("REGION", "eu-central-1")
      .replace(/^export PULUMI_BACKEND_URL="(.*)"$/, `echo "$1&use_path_style=true" >${this.folder}/backend`);
  }

  /** Pulumi's plugins as they are with the stand-in for AWS, and what else is called: npm without set-up, docker, aws. */
  #makePrograms(): void {
    const plugins = path.join(this.folder, "pulumi", "plugins");
    const given = path.join(process.env.PULUMI_HOME ?? "", "plugins");
    const others = existsSync(given) ? readdirSync(given) : [];
    // Pulumi takes no link for a plugin's folder.
    for (const name of others.filter((other) => /^resource-(?!aws-).*\d$/.test(other))) {
      mkdirSync(path.join(plugins, name), { recursive: true });
      for (const file of readdirSync(path.join(given, name)))
        symlinkSync(path.join(given, name, file), path.join(plugins, name, file));
    }
    const here = import.meta.dirname;
    const plugin = path.join("pulumi", "plugins", "resource-aws-v7.48.0", "pulumi-resource-aws");
    // As the dynamic providers do: an interrupted test kills the engine, which then tells its plugins nothing.
    const ending = path.join(projectRoot, "cli", "toolchain", "pulumi", "end-with-engine.cjs");
    this.#makeProgram(plugin, `exec node --require "${ending}" "${path.join(here, "plugin.ts")}" "$@"`);
    this.#makeProgram(
      "bin/npm",
      'shift; [ "$1" = -s ] && shift; name=$(echo "$1" | tr : -); shift; [ "$1" = -- ] && shift\n' +
        `[ -f ${this.folder}/backend ] && export PULUMI_BACKEND_URL="$(cat ${this.folder}/backend)"\n` +
        'exec node "cli/commands/$name.ts" "$@"',
    );
    this.#makeProgram("bin/aws", `exec "${this.#python}" "${path.join(here, "aws_cli.py")}" "$@"`);
    const docker = path.join(projectRoot, "tests", "unit", "infra", "aws", "fake-docker.mjs");
    symlinkSync(docker, path.join(this.folder, "bin", "docker"));
  }

  #makeProgram(name: string, script: string): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  #write(file: string, content: object): void {
    writeFileSync(path.join(this.folder, file), JSON.stringify(content));
  }

  #settings({ endpoint }: Moto): Record<string, string> {
    mkdirSync(path.join(this.folder, "state"));
    return {
      PATH: [path.join(this.folder, "bin"), process.env.PATH ?? ""].join(path.delimiter),
      PULUMI_HOME: path.join(this.folder, "pulumi"),
      PULUMI_BACKEND_URL: `file://${path.join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the rehearsal's",
      XDG_DATA_HOME: path.join(this.folder, "data"),
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: endpoint,
      REGISTRY_ENDPOINT: endpoint,
      CALLS_FILE: path.join(this.folder, "docker-calls"),
      STAND_IN_FOLDER: this.folder,
      STAND_IN_TASK: `sh ${path.join(this.folder, "task.sh")}`,
    };
  }
}

/** What programs read of each type, as the graph of the same stack says. */
async function outputsOf(stack: string): Promise<Record<string, string[]>> {
  const graph = await collectResourceGraph(runProgram, { stack, ...readStackConfig(stack) });
  const read = new Map<string, Set<string>>();
  const references = [graph.outputs, ...graph.resources.map(({ inputs }) => inputs)].flatMap(referencesIn);
  for (const { identity, property } of references) {
    const type = identity.slice(0, identity.lastIndexOf("."));
    read.set(type, (read.get(type) ?? new Set()).add(property));
  }
  return Object.fromEntries([...read].map(([type, properties]) => [type, [...properties]]));
}
