import { crc32 } from "node:zlib";
import {
  type ByteRequest,
  demand,
  demandPlainMetadata,
  demandSize,
  type ImageParser,
  take,
} from "./parser.ts";

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Those without which a decoder cannot go on; their names begin with a capital. Others are metadata. */
const criticalChunks = new Set(["IHDR", "PLTE", "IDAT", "IEND"]);
const pixelChunks = new Set(["IDAT", "fdAT"]);
const pieceBytes = 64 * 1024;

/** Chunk by chunk, with every checksum, to IEND. */
export function* png(): ImageParser {
  demand((yield* take(8)).equals(pngSignature), "it has no PNG signature");
  let hasPixels = false;
  for (let first = true; ; first = false) {
    const head = yield* take(8);
    const length = head.readUInt32BE(0);
    const type = head.toString("latin1", 4);
    demand(/^[A-Za-z]{4}$/.test(type), "it has a chunk without a name");
    demand(/^[a-z]/.test(type) || criticalChunks.has(type), "it has a chunk that PNG does not know");
    demand((type === "IHDR") === first, "IHDR is not its first chunk");
    hasPixels ||= type === "IDAT";
    yield* chunkData(type, length, crc32(head.subarray(4)));
    if (type === "IEND") {
      demand(length === 0 && hasPixels, "it ends without pixels");
      return;
    }
  }
}

function* chunkData(
  type: string,
  length: number,
  checksumOfType: number,
): Generator<ByteRequest, void, Buffer> {
  let checksum = checksumOfType;
  const pieces: Buffer[] = [];
  for (let left = length; left > 0; ) {
    const piece = yield* take(Math.min(left, pieceBytes));
    checksum = crc32(piece, checksum);
    left -= piece.length;
    if (!pixelChunks.has(type)) pieces.push(piece);
  }
  const stated = (yield* take(4)).readUInt32BE(0);
  demand(stated === checksum, "a checksum is wrong");
  const data = Buffer.concat(pieces);
  if (type === "IHDR") demandHeader(data);
  else demandPlainMetadata(data);
}

function demandHeader(header: Buffer): void {
  demand(header.length === 13, "its header has the wrong length");
  demandSize(header.readUInt32BE(0), header.readUInt32BE(4));
  const [bitDepth, colourType, compression, filter, interlace] = header.subarray(8);
  demand([1, 2, 4, 8, 16].includes(bitDepth as number), "its bit depth does not exist");
  demand([0, 2, 3, 4, 6].includes(colourType as number), "its colour type does not exist");
  demand(compression === 0 && filter === 0 && (interlace as number) <= 1, "its methods do not exist");
}
