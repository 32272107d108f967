import type { Readable } from "node:stream";
import { ImageCheck, type ImageFormat, imageMediaTypes } from "./image-formats/image-check.ts";
import { NotThisImage } from "./image-formats/parser.ts";
import { Problem } from "./problem.ts";

export interface ReceivedImage extends ImageFormat {
  /** Exactly what was sent. */
  bytes: Buffer;
}

/** An image is kept as it comes, so this is what a profile page may have to load. */
export const largestImageBytes = 2 * 1024 * 1024;
/** A sender that is silent for this long is disconnected. */
const stallMs = 10_000;
/** Nor may it trickle. */
const longestMs = 30_000;

/** The content type of clients that do not know it. */
const undeclared = [undefined, "", "application/octet-stream"];

/**
 * Receives an image and checks every chunk as it arrives, so that anything else is refused at its first wrong byte.
 * @param declared The content type that the client claims. It decides nothing, but must not be wrong.
 * @throws Problem 408, 413 or 415.
 */
export async function receiveImage(
  source: Readable,
  declared: string | undefined,
  declaredBytes: number | undefined,
): Promise<ReceivedImage> {
  const claim = declared?.split(";", 1)[0]?.trim().toLowerCase();
  if (!undeclared.includes(claim) && !imageMediaTypes.includes(claim as string)) {
    throw notAnImage(`the content type is none of ${imageMediaTypes.join(", ")}`);
  }
  if (declaredBytes !== undefined && declaredBytes > largestImageBytes) throw tooLarge();

  const check = new ImageCheck();
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of punctual(source)) {
      received += chunk.length;
      if (received > largestImageBytes) throw tooLarge();
      check.push(chunk);
      chunks.push(chunk);
    }
    const format = check.end();
    if (!undeclared.includes(claim) && claim !== format.mediaType) {
      throw notAnImage(`it is ${format.mediaType}, not ${claim}`);
    }
    return { ...format, bytes: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof NotThisImage) throw notAnImage(error.message);
    // Nobody is left to read it, but it is not our error.
    if (source.errored) throw new Problem(400, "upload-broken-off", "The upload broke off.");
    throw error;
  }
}

/** The stream's chunks, while they keep coming. The stream is not destroyed: its socket carries the answer. */
async function* punctual(source: Readable): AsyncGenerator<Buffer> {
  const endsAt = performance.now() + longestMs;
  const chunks = source.iterator({ destroyOnReturn: false });
  for (;;) {
    const timeoutMs = Math.min(stallMs, endsAt - performance.now());
    const next = await within(timeoutMs, chunks.next());
    if (next.done) return;
    yield next.value as Buffer;
  }
}

function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Problem(408, "upload-stalled", "The image did not arrive in time.")),
      Math.max(0, timeoutMs),
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const notAnImage = (reason: string) =>
  new Problem(415, "not-an-image", `This is not an image that is kept: ${reason}.`);

const tooLarge = () =>
  new Problem(413, "image-too-large", `An image may have ${largestImageBytes / 1024 / 1024} MiB at most.`);
