import { setTimeout as sleep } from "node:timers/promises";
import { imageSources } from "../../../infra/docker/container/image-sources.ts";
import { docker, lastLines, readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { secretsDirectory } from "../../../infra/topology.ts";
import { provideImage } from "../../../running-stack/build-image.ts";
import { connectEngine } from "../../../running-stack/engine.ts";
import type { Belongings } from "./belongings.ts";

interface Start {
  network: string;
  /** The volume with its secrets. */
  secrets: string;
  environment: Record<string, string>;
  command: string[];
}

const readyMs = 240_000;

/**
 * Starts a program of its own in an image of the stack, under the image's name, and waits until /tmp/ready is there.
 * @returns The container's name.
 */
export async function startFromStackImage(
  belongings: Belongings,
  image: "database" | "object-store",
  { network, secrets, environment, command }: Start,
): Promise<string> {
  const tag = await provideImage(await connectEngine(), image, imageSources[image]);
  const name = belongings.nameOf(image);
  await readDocker([
    ...["run", "--detach", "--name", name, ...belongings.labels],
    ...["--network", network, "--network-alias", image],
    ...["--volume", `${secrets}:${secretsDirectory}:ro`, "--shm-size", "128m"],
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...[tag, ...command],
  ]);
  const endsAtMs = Date.now() + readyMs;
  while ((await docker(["exec", name, "test", "-e", "/tmp/ready"])).exitCode !== 0) {
    if (Date.now() > endsAtMs)
      throw new Error(`The ${image} did not start: ${lastLines(await docker(["logs", name]))}`);
    await sleep(200);
  }
  return name;
}
