import { createHash } from "node:crypto";
import sharp, { type Metadata, type Sharp } from "sharp";
import { recognise } from "./recognise.ts";

/** A picture as it is published: decoded and encoded anew, so that nothing else of the file is left. */
export interface Picture {
  mediaType: "image/webp";
  extension: "webp";
  /** WebP, upright, sRGB, without metadata; at most `fullPixels` wide and high. */
  full: Buffer;
  /** The same for lists and pages, at most `smallPixels` wide and high. */
  small: Buffer;
  /** SHA-256 of `full`, in hex. */
  hash: string;
  /** Whether it moves. One that is too large to be kept moving is its first frame. */
  animated: boolean;
}

/** Why a file is not published, as the rest of a sentence about it. */
export class NotAPicture extends Error {
  override name = "NotAPicture";
}

export const largestPictureBytes = 10 * 1024 * 1024;
export const pictureMediaTypes = ["image/jpeg", "image/png", "image/webp", "image/gif"];

const fullPixels = 1_024;
const smallPixels = 160;

/** Pixels of one picture. Those that are decoded line by line cost next to no memory, the others all of it at once. */
const mostPixels = { lineByLine: 64_000_000, atOnce: 20_000_000 };
/** Pixels of all frames together; more, and only the first is kept. */
const mostPixelsInMotion = 20_000_000;
const patienceSeconds = 25;

// One picture at a time takes one thread: the others are the password hashes' and the database's.
sharp.concurrency(1);
sharp.cache(false);
// libvips reads a hundred formats; here four.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadNsgifBuffer",
  ],
});

/**
 * Decodes a file and makes what is published of it. Takes up to 130 MB of memory while it runs
 * (tests/unit/app/picture-memory.ts): one at a time.
 * @throws NotAPicture
 */
export async function makePicture(file: Buffer): Promise<Picture> {
  const mediaType = recognise(file);
  if (!pictureMediaTypes.includes(mediaType)) throw new NotAPicture(refusals[mediaType] ?? refusals.other);
  const metadata = await open(file).metadata().catch(cannotBeRead);
  checkPixels(metadata);
  const animated = (metadata.pages ?? 1) > 1 && framesPixels(metadata) <= mostPixelsInMotion;
  const full = await encode(open(file, animated), fullPixels).catch(cannotBeRead);
  const small = await encode(open(full, animated), smallPixels).catch(cannotBeRead);
  const hash = createHash("sha256").update(full).digest("hex");
  return { mediaType: "image/webp", extension: "webp", full, small, hash, animated };
}

/** What the small one is called, beside the full one. */
export function smallKey(key: string): string {
  return key.replace(/\.webp$/, `-${smallPixels}.webp`);
}

function open(file: Buffer, animated = false): Sharp {
  return sharp(file, {
    limitInputPixels: mostPixels.lineByLine,
    // Phones write trailers and padding that a decoder warns of; what is cut off or broken is an error.
    failOn: "error",
    animated,
  });
}

function encode(picture: Sharp, pixels: number): Promise<Buffer> {
  return picture
    .autoOrient()
    .resize({ width: pixels, height: pixels, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .webp({ quality: 82, effort: 2 })
    .timeout({ seconds: patienceSeconds })
    .toBuffer();
}

function checkPixels({ width, height, format, isProgressive, pageHeight }: Metadata): void {
  const pixels = width * (pageHeight ?? height);
  const most =
    isProgressive || format === "webp" || format === "gif" ? mostPixels.atOnce : mostPixels.lineByLine;
  if (pixels <= most) return;
  const megapixels = (count: number) => Math.round(count / 1_000_000);
  throw new NotAPicture(
    `it has ${megapixels(pixels)} megapixels, and one of its kind may have ${megapixels(most)}; send a smaller copy`,
  );
}

const framesPixels = ({ width, height, pageHeight, pages }: Metadata): number =>
  width * (pageHeight ?? height) * (pages ?? 1);

function cannotBeRead(error: Error): never {
  const reason = /pixel limit/i.test(error.message)
    ? `it has more than ${mostPixels.lineByLine / 1_000_000} megapixels; send a smaller copy`
    : /timeout/i.test(error.message)
      ? "it takes too long to decode; send a smaller copy"
      : "it is damaged or cut off";
  throw new NotAPicture(reason, { cause: error });
}

const refusals = {
  "image/heic":
    "it is in Apple's HEIC format, which browsers do not show. On an iPhone choose Settings, Camera, Formats, Most " +
    "Compatible for new photographs, or share this one as a JPEG",
  "image/avif": "it is AVIF; send it as a JPEG, PNG, WebP or GIF",
  "image/tiff": "it is TIFF; send it as a JPEG, PNG, WebP or GIF",
  "image/svg+xml": "it is SVG, which can contain programs; send it as a PNG",
  other: "it is no JPEG, PNG, WebP or GIF",
} as Record<string, string> & { other: string };
