import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { buildImage } from "../../running-stack/build-image.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { mustSucceed, run } from "../stack/support.ts";

const directory = mkdtempSync(path.join(tmpdir(), "capstone-images-"));
const name = `capstone/${path.basename(directory).toLowerCase()}`;
const engine = await connectEngine();

afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
  for (const tag of ["ahead", "deployed"])
    await engine
      .getImage(`${name}:${tag}`)
      .remove()
      .catch(() => {});
});

/** A program that deploys one image, as the stack deploys its own. */
const program = `
import * as docker from "@pulumi/docker";
const build = { context: "./context", dockerfile: "Dockerfile", forceRemove: true };
export const image = new docker.RemoteImage("image", { name: "${name}:deployed", build, keepLocally: true }).imageId;
`;

/** What no second run of a step makes again. */
const dockerfile = `
FROM debian:trixie-slim
COPY text folder /files/
RUN head -c 16 /dev/urandom | base64 >/drawn
`;

it("an image that set-up built ahead is deployed without a step being done again", async () => {
  const context = path.join(directory, "context");
  mkdirSync(path.join(context, "folder"), { recursive: true });
  writeFileSync(path.join(context, "Dockerfile"), dockerfile);
  for (const file of ["text", "folder/script"])
    writeFileSync(path.join(context, file), name, { mode: 0o755 });
  const source = { context: path.relative(projectRoot, context), dockerfile: "Dockerfile", files: ["**"] };
  await buildImage(engine, source, `${name}:ahead`);

  writeFileSync(path.join(directory, "index.ts"), program);
  writeFileSync(path.join(directory, "package.json"), '{ "type": "module" }');
  const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  writeFileSync(path.join(directory, "Pulumi.yaml"), `name: images\nmain: index.ts\n${runtime}`);
  symlinkSync(path.join(projectRoot, "node_modules"), path.join(directory, "node_modules"));
  mkdirSync(path.join(directory, "state"));
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${path.join(directory, "state")}`);
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a passphrase of the test's");
  vi.stubEnv("PULUMI_STACK", "images");
  const pulumi = (...args: string[]) =>
    mustSucceed(run("pulumi", args, { cwd: directory, timeoutMs: 120_000 }));
  await pulumi("stack", "init", "images");
  await pulumi("up", "--yes", "--skip-preview", "--stack", "images");

  const layers = async (tag: string) => (await engine.getImage(`${name}:${tag}`).inspect()).RootFS.Layers;
  expect(await layers("deployed")).toEqual(await layers("ahead"));
});
