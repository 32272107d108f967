import { gif, gifSignatures } from "./gif.ts";
import { jpeg, jpegSignature } from "./jpeg.ts";
import { demand, type ImageParser, ParserFeed } from "./parser.ts";
import { png, pngSignature } from "./png.ts";
import { isWebp, webp } from "./webp.ts";

/** A format that this service keeps. */
export interface ImageFormat {
  mediaType: string;
  extension: string;
}

interface KnownFormat extends ImageFormat {
  startsLike: (start: Buffer) => boolean;
  parser: () => ImageParser;
}

const startsWith = (signature: Buffer) => (start: Buffer) =>
  start.subarray(0, signature.length).equals(signature);

const formats: KnownFormat[] = [
  { mediaType: "image/png", extension: "png", startsLike: startsWith(pngSignature), parser: png },
  { mediaType: "image/jpeg", extension: "jpg", startsLike: startsWith(jpegSignature), parser: jpeg },
  {
    mediaType: "image/gif",
    extension: "gif",
    startsLike: (start) => gifSignatures.some((signature) => startsWith(signature)(start)),
    parser: gif,
  },
  { mediaType: "image/webp", extension: "webp", startsLike: isWebp, parser: webp },
];

export const imageMediaTypes = formats.map(({ mediaType }) => mediaType);

/** Bytes enough to tell the formats apart. */
const signatureBytes = 12;

/**
 * Checks an image while it arrives, by its bytes alone: the signature decides the format, and the format's structure
 * must hold from the first byte to the last, with nothing before, after or in between.
 */
export class ImageCheck {
  private start: Buffer = Buffer.alloc(0);
  private format: KnownFormat | undefined;
  private feed: ParserFeed | undefined;

  /** @throws NotThisImage as soon as it can be told. */
  push(chunk: Buffer): void {
    if (this.feed) {
      this.feed.push(chunk);
      return;
    }
    this.start = Buffer.concat([this.start, chunk]);
    if (this.start.length < signatureBytes) return;
    this.format = formats.find(({ startsLike }) => startsLike(this.start));
    demand(this.format !== undefined, `it is none of ${imageMediaTypes.join(", ")}`);
    this.feed = new ParserFeed(this.format.parser());
    this.feed.push(this.start);
  }

  /**
   * @returns The format, told by the content alone.
   * @throws NotThisImage when the image is not complete.
   */
  end(): ImageFormat {
    demand(this.format !== undefined && this.feed !== undefined, "it is too short for an image");
    this.feed.end();
    return { mediaType: this.format.mediaType, extension: this.format.extension };
  }
}
