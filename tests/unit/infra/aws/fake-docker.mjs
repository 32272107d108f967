#!/usr/bin/env node
// Stands in for the docker client: writes down how it was called, and pushes a manifest to the registry that
// REGISTRY_ENDPOINT names, as the daemon would.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";

const args = process.argv.slice(2);
const folder = process.env.DOCKER_CONFIG ?? "";
/** @param {string} name */
const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "");
const call = {
  args,
  folder,
  configuration: read("config.json"),
  context: read("contexts/meta/colima/meta.json"),
  attestations: process.env.BUILDX_NO_DEFAULT_ATTESTATIONS !== "1",
};
appendFileSync(process.env.CALLS_FILE ?? "", `${JSON.stringify(call)}\n`);
if (args[0] === process.env.FAILING_COMMAND) {
  console.error(`no space left on device`);
  process.exit(7);
}
if (args[0] === "push") {
  const [repository = "", tag = ""] = (args[1] ?? "").split(":");
  const ecr = new ECRClient({
    endpoint: process.env.REGISTRY_ENDPOINT ?? "",
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    // Another source is another image; moto makes the digest of an image of those of its layers.
    layers: [{ digest: `sha256:${createHash("sha256").update(tag).digest("hex")}`, size: 0 }],
  };
  await ecr.send(
    new PutImageCommand({
      repositoryName: repository.split("/").at(-1) ?? "",
      imageTag: tag,
      imageManifest: JSON.stringify(manifest),
    }),
  );
}
