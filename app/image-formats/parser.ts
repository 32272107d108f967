/** What a parser needs next: bytes to read, bytes to skip, or all bytes up to and including this one. */
export type ByteRequest = { take: number } | { pass: number } | { passThrough: number };

/** Reads one image. It returns where the image ends, and throws where the bytes are not one. */
export type ImageParser = Generator<ByteRequest, void, Buffer>;

/** What was sent is not an image of this format, or not only that. */
export class NotThisImage extends Error {
  override name = "NotThisImage";
}

/** Exactly so many bytes. */
export function* take(bytes: number): Generator<ByteRequest, Buffer, Buffer> {
  return yield { take: bytes };
}

export function* pass(bytes: number): Generator<ByteRequest, void, Buffer> {
  if (bytes > 0) yield { pass: bytes };
}

/** Skips everything up to and including the first such byte. */
export function* passThrough(byte: number): Generator<ByteRequest, void, Buffer> {
  yield { passThrough: byte };
}

export function demand(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new NotThisImage(otherwise);
}

/** A decoder needs memory for every pixel, however small the file. */
const longestSide = 8_192;
const mostPixels = 50_000_000;

export function demandSize(width: number, height: number): void {
  demand(width > 0 && height > 0, "it has no width or height");
  demand(width <= longestSide && height <= longestSide, `a side is longer than ${longestSide} pixels`);
  demand(width * height <= mostPixels, `it has more than ${mostPixels / 1e6} megapixels`);
}

/** What a browser or PHP might execute. No metadata needs it. */
const foreignMarkup = /<(?:script|html|head|body|svg|iframe|object|embed|!doctype|\?php|\?=)/i;
/** ZIP entries and their end: archive readers find them anywhere in a file. */
const archiveMarks = ["PK\u0003\u0004", "PK\u0005\u0006"];

/** Comments and other metadata may carry text, but no second file. */
export function demandPlainMetadata(metadata: Buffer): void {
  const text = metadata.toString("latin1");
  const isPlain = !foreignMarkup.test(text) && !archiveMarks.some((mark) => text.includes(mark));
  demand(isPlain, "its metadata carries something that is no image");
}

/** Feeds a parser with chunks as they come. */
export class ParserFeed {
  private readonly parser: ImageParser;
  private request: ByteRequest | undefined;
  private rest: Buffer = Buffer.alloc(0);

  constructor(parser: ImageParser) {
    this.parser = parser;
    this.advance(undefined);
  }

  /** @throws NotThisImage at the first byte that cannot belong to the image. */
  push(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (this.request && this.rest.length > 0) {
      if (!this.fulfil(this.request)) return;
    }
    demand(this.request !== undefined || this.rest.length === 0, "something follows after its end");
  }

  /** @throws NotThisImage when the image has not ended. */
  end(): void {
    demand(this.request === undefined, "it breaks off");
  }

  /** @returns Whether the request could be fulfilled with the bytes so far. */
  private fulfil(request: ByteRequest): boolean {
    if ("take" in request) {
      if (this.rest.length < request.take) return false;
      const bytes = this.rest.subarray(0, request.take);
      this.rest = this.rest.subarray(request.take);
      this.advance(bytes);
      return true;
    }
    if ("pass" in request) {
      const passed = Math.min(request.pass, this.rest.length);
      this.rest = this.rest.subarray(passed);
      request.pass -= passed;
      if (request.pass > 0) return false;
    } else {
      const index = this.rest.indexOf(request.passThrough);
      this.rest = index === -1 ? Buffer.alloc(0) : this.rest.subarray(index + 1);
      if (index === -1) return false;
    }
    this.advance(undefined);
    return true;
  }

  private advance(bytes: Buffer | undefined): void {
    const next = this.parser.next(bytes as Buffer);
    this.request = next.done ? undefined : next.value;
  }
}
