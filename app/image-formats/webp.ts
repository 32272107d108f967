import {
  type ByteRequest,
  demand,
  demandPlainMetadata,
  demandSize,
  type ImageParser,
  pass,
  take,
} from "./parser.ts";

const knownChunks = new Set(["VP8 ", "VP8L", "VP8X", "ANIM", "ANMF", "ALPH", "ICCP", "EXIF", "XMP "]);
const pixelChunks = new Set(["VP8 ", "VP8L", "ANMF"]);
const metadataChunks = new Set(["ICCP", "EXIF", "XMP "]);

/** Chunk by chunk to the length that the RIFF header states. */
export function* webp(): ImageParser {
  const header = yield* take(12);
  demand(isWebp(header), "it has no WebP signature");
  let left = header.readUInt32LE(4) - 4;
  let hasPixels = false;
  let first = true;
  while (left > 0) {
    const head = yield* take(8);
    const type = head.toString("latin1", 0, 4);
    const length = head.readUInt32LE(4);
    const padded = length + (length % 2);
    demand(knownChunks.has(type), "it has a chunk that WebP does not know");
    demand(8 + padded <= left, "a chunk is longer than the file says");
    if (first) demand(["VP8 ", "VP8L", "VP8X"].includes(type), "it does not start with an image");
    yield* chunk(type, length, padded);
    hasPixels ||= pixelChunks.has(type);
    left -= 8 + padded;
    first = false;
  }
  demand(hasPixels && left === 0, "it ends without pixels");
}

export function isWebp(start: Buffer): boolean {
  return start.toString("latin1", 0, 4) === "RIFF" && start.toString("latin1", 8, 12) === "WEBP";
}

function* chunk(type: string, length: number, padded: number): Generator<ByteRequest, void, Buffer> {
  if (metadataChunks.has(type)) {
    demandPlainMetadata(length === 0 ? Buffer.alloc(0) : yield* take(length));
    return yield* pass(padded - length);
  }
  const looked = Math.min(10, length);
  const start = looked === 0 ? Buffer.alloc(0) : yield* take(looked);
  if (type in sizeOf) {
    demand(start.length >= (type === "VP8L" ? 5 : 10), "its image header is too short");
    demandSize(...(sizeOf[type] as SizeReader)(start));
  }
  yield* pass(padded - looked);
}

type SizeReader = (start: Buffer) => [width: number, height: number];

const sizeOf: Record<string, SizeReader> = {
  VP8X: (start) => [start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1],
  VP8L: (start) => {
    demand(start[0] === 0x2f, "its lossless signature is wrong");
    const bits = start.readUInt32LE(1);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  },
  "VP8 ": (start) => {
    demand(start.readUIntBE(3, 3) === 0x9d012a, "its start code is wrong");
    return [start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff];
  },
};
