import { appendFileSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { cacheDirectory } from "../../../infra/directories.mjs";
import { type ImageName, imageSources } from "../../../infra/docker/container/image-sources.ts";
import { secondsHere, setUpMinutes } from "../../doctor/durations.ts";
import type { Part } from "../part.ts";
import { baseImages } from "../versions.mjs";
import { debianImage, garageImage, nodeImage } from "./base-images.ts";
import { engineHasImage } from "./docker-engine.ts";
import { packages } from "./packages.ts";

/** The base image, besides Debian's, that an image waits for. */
const baseOf: Partial<Record<ImageName, Part>> = { "object-store": garageImage, app: nodeImage };

/**
 * The stack's own images, built while the slowest parts are still building: the deployment then finds every step in the
 * engine's cache. Only on a machine without base images; later the deployment builds what changed.
 */
export const stackImages: Part = {
  name: "images of the stack",
  minutes: setUpMinutes.images,

  isThere: () => engineHasImage(baseImages.debian),

  async provide({ progress, ready }) {
    await ready(debianImage);
    // What talks to the engine is one of them.
    await ready(packages);
    const { connectEngine } = await import("../../../running-stack/engine.ts");
    const { provideStackImage } = await import("../../../running-stack/build-image.ts");
    const engine = await connectEngine();
    // One after another, as the cores are busy with the slowest parts. Those that wait for another part come last.
    const names = (Object.keys(imageSources) as ImageName[]).toSorted(
      (one, other) => Number(one in baseOf) - Number(other in baseOf),
    );
    progress.start(this.name, "building ahead", secondsHere(setUpMinutes.images, availableParallelism()));
    let built = 0;
    const build = async (name: ImageName) => {
      await provideStackImage(engine, name, logTo(name));
      progress.reach(this.name, `${++built} of ${names.length} images`);
    };
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

function logTo(name: ImageName): (line: string) => void {
  const log = cacheDirectory("logs", `image-${name}.log`);
  mkdirSync(path.dirname(log), { recursive: true });
  return (line) => appendFileSync(log, `${line}\n`);
}
