/** What a parser asks for next: bytes to look at, bytes to pass over, or all bytes up to and with this one. */
export type Wish = { take: number } | { pass: number } | { passThrough: number };

/** Reads one image from its first byte to its last. It ends where the image ends, and throws where it is none. */
export type ImageParser = Generator<Wish, void, Buffer>;

/** What was sent is not an image of this format, or not only that. */
export class NotThisImage extends Error {
  override name = "NotThisImage";
}

/** Exactly so many bytes. */
export function* take(bytes: number): Generator<Wish, Buffer, Buffer> {
  return yield { take: bytes };
}

export function* pass(bytes: number): Generator<Wish, void, Buffer> {
  if (bytes > 0) yield { pass: bytes };
}

/** Passes over everything up to the first such byte, and over it. */
export function* passThrough(byte: number): Generator<Wish, void, Buffer> {
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

/** Starts of what a browser or PHP would take for its own. No metadata needs them. */
const foreignMarkup = /<(?:script|html|head|body|svg|iframe|object|embed|!doctype|\?php|\?=)/i;
/** An archive's entry and its end: readers of archives find them anywhere in a file. */
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
  private wish: Wish | undefined;
  private rest: Buffer = Buffer.alloc(0);

  constructor(parser: ImageParser) {
    this.parser = parser;
    this.advance(undefined);
  }

  /** @throws NotThisImage at the first byte that cannot belong to the image. */
  push(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (this.wish && this.rest.length > 0) {
      if (!this.fulfil(this.wish)) return;
    }
    demand(this.wish !== undefined || this.rest.length === 0, "something follows after its end");
  }

  /** @throws NotThisImage when the image has not ended. */
  end(): void {
    demand(this.wish === undefined, "it breaks off");
  }

  /** @returns Whether the wish was fulfilled with what is there. */
  private fulfil(wish: Wish): boolean {
    if ("take" in wish) {
      if (this.rest.length < wish.take) return false;
      const bytes = this.rest.subarray(0, wish.take);
      this.rest = this.rest.subarray(wish.take);
      this.advance(bytes);
      return true;
    }
    if ("pass" in wish) {
      const passed = Math.min(wish.pass, this.rest.length);
      this.rest = this.rest.subarray(passed);
      wish.pass -= passed;
      if (wish.pass > 0) return false;
    } else {
      const index = this.rest.indexOf(wish.passThrough);
      this.rest = index === -1 ? Buffer.alloc(0) : this.rest.subarray(index + 1);
      if (index === -1) return false;
    }
    this.advance(undefined);
    return true;
  }

  private advance(bytes: Buffer | undefined): void {
    const next = this.parser.next(bytes as Buffer);
    this.wish = next.done ? undefined : next.value;
  }
}
