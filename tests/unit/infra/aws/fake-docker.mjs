#!/usr/bin/env node
// Stands in for the docker client: writes down how it was called, and pushes a manifest to the registry that
// REGISTRY_ENDPOINT names, as the daemon would.
import { appendFileSync, readFileSync } from "node:fs";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";

const args = process.argv.slice(2);
const input = args[0] === "login" ? readFileSync(0, "utf8") : "";
const call = { args, input, configuration: process.env.DOCKER_CONFIG };
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
    layers: [],
  };
  await ecr.send(
    new PutImageCommand({
      repositoryName: repository.split("/").at(-1) ?? "",
      imageTag: tag,
      imageManifest: JSON.stringify(manifest),
    }),
  );
}
