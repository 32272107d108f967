import { join } from "node:path";
import type Docker from "dockerode";
import { pack } from "tar-fs";
import { type ImageName, imageReference, imageSources } from "../infra/docker/container/image-sources.ts";
import { PersonError } from "../infra/errors.ts";
import { projectRoot } from "../infra/project.ts";
import { type ImageSource, sourceEntries, sourceHash } from "../infra/source-hash.ts";
import { isRefusal } from "./engine.ts";

/** One of the messages of a build. */
interface BuildEvent {
  stream?: string;
  error?: string;
}

/**
 * Builds an image of ours as the deployment's provider does: with BuildKit, from the same files, so that both share one
 * cache, and whichever comes second finds every step done. (Docker's own client may lack what it builds with BuildKit by.)
 * @param told Each line of the build's output; a step that was found in the cache begins with "CACHED".
 * @throws PersonError with what failed.
 */
export async function buildImage(
  engine: Docker,
  source: ImageSource,
  reference: string,
  told: (line: string) => void = () => {},
): Promise<void> {
  const files = pack(join(projectRoot, source.context), {
    entries: sourceEntries(source),
    // What is in a folder is an entry of its own.
    ignore: () => true,
    // Whose the files are is not part of an image's source.
    map: (header) => ({ ...header, uid: 0, gid: 0 }),
  });
  const options = {
    version: "2",
    t: reference,
    dockerfile: source.dockerfile,
    rm: true,
    forcerm: true,
  } as const;
  const built = await engine.buildImage(files, options);
  await new Promise<void>((resolve, reject) => {
    let failed: string | undefined;
    followProgress(engine)(
      built,
      (error) => {
        const reason = error?.message ?? failed;
        if (reason === undefined) resolve();
        else reject(new PersonError(`Building the image ${reference} failed: ${reason.trim()}`));
      },
      ({ stream, error }) => {
        failed ??= error;
        for (const line of (stream ?? error ?? "").split("\n")) if (line !== "") told(line);
      },
    );
  });
}

/** An image of the stack, built where the engine does not have it. @returns Its name. */
export async function provideStackImage(
  engine: Docker,
  name: ImageName,
  told?: (line: string) => void,
): Promise<string> {
  const reference = imageReference(name, sourceHash(imageSources[name]));
  const there = await engine
    .getImage(reference)
    .inspect()
    .catch((error) => {
      if (!isRefusal(error, 404)) throw error;
    });
  if (!there) await buildImage(engine, imageSources[name], reference, told);
  return reference;
}

type Follow = (
  stream: NodeJS.ReadableStream,
  finished: (error: Error | null) => void,
  progress: (event: BuildEvent) => void,
) => void;

/** Its types know only the one of the modem, which does not read what BuildKit says. */
function followProgress(engine: Docker): Follow {
  return (engine as Docker & { followProgress: Follow }).followProgress.bind(engine);
}
