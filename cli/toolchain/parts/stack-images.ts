import path from "node:path";
import { ownServiceFolder, readService } from "../../../infra/configuration/service.ts";
import { cacheDirectory } from "../../../infra/directories.mjs";
import { imageSources } from "../../../infra/docker/container/image-sources.ts";
import { projectRoot } from "../../../infra/project.ts";
import type { ImageSource } from "../../../infra/source-hash.ts";
import type { Part } from "../part.ts";
import { runLogged } from "../processes.ts";
import { baseImages } from "../versions.mjs";
import { debianImage, garageImage, nodeImage } from "./base-images.ts";
import { engineHasImage } from "./docker-engine.ts";

const sources: Record<string, ImageSource> = { ...imageSources, app: readService(ownServiceFolder).source };

/** The base image, besides Debian's, that an image waits for. */
const baseOf: Record<string, Part> = { "object-store": garageImage, app: nodeImage };

/**
 * The stack's own images, built while the slowest parts are still building: the deployment then finds every layer in the
 * engine's cache. Only on a machine without base images; later the deployment builds what changed.
 */
export const stackImages: Part = {
  name: "images of the stack",

  isThere: () => engineHasImage(baseImages.debian),

  async provide({ progress, ready }) {
    await ready(debianImage);
    progress.start(this.name, "building ahead");
    // One after another, as the cores are busy with the slowest parts. Those that wait for another part come last.
    const names = Object.keys(sources).toSorted(
      (one, other) => Number(one in baseOf) - Number(other in baseOf),
    );
    const last: Promise<void>[] = [];
    for (const name of names) {
      const base = baseOf[name];
      if (base) last.push(ready(base).then(() => build(name)));
      else await build(name);
    }
    await Promise.all(last);
    return `built ${names.length}`;
  },
};

async function build(name: string): Promise<void> {
  const source = sources[name];
  if (!source) return;
  const { context, dockerfile } = source;
  const directory = path.join(projectRoot, context);
  const args = ["build", "--force-rm", "--file", path.join(directory, dockerfile), directory];
  return runLogged("docker", args, {
    what: `Building the image capstone/${name}`,
    log: cacheDirectory("logs", `image-${name}.log`),
    // The same builder as the deployment's provider, so that both share one cache.
    environment: { ...process.env, DOCKER_BUILDKIT: "0" },
  });
}
