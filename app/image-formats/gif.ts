import {
  type ByteRequest,
  demand,
  demandPlainMetadata,
  demandSize,
  type ImageParser,
  pass,
  take,
} from "./parser.ts";

export const gifSignatures = [Buffer.from("GIF87a", "latin1"), Buffer.from("GIF89a", "latin1")];

const imageBlock = 0x2c;
const extensionBlock = 0x21;
const trailer = 0x3b;
const graphicControl = 0xf9;

/** Block by block to the trailer. */
export function* gif(): ImageParser {
  const signature = yield* take(6);
  demand(
    gifSignatures.some((known) => known.equals(signature)),
    "it has no GIF signature",
  );
  const screen = yield* take(7);
  demandSize(screen.readUInt16LE(0), screen.readUInt16LE(2));
  yield* pass(colourTableBytes(screen[4] as number));

  let hasPixels = false;
  for (;;) {
    const kind = (yield* take(1))[0];
    if (kind === trailer) {
      demand(hasPixels, "it ends without pixels");
      return;
    }
    if (kind === imageBlock) {
      hasPixels = true;
      yield* image();
    } else {
      demand(kind === extensionBlock, "it has a block that GIF does not know");
      const label = (yield* take(1))[0];
      const data = yield* subBlocks(label !== graphicControl);
      demandPlainMetadata(data);
    }
  }
}

function* image(): Generator<ByteRequest, void, Buffer> {
  const descriptor = yield* take(9);
  yield* pass(colourTableBytes(descriptor[8] as number));
  const codeSize = (yield* take(1))[0] as number;
  demand(codeSize >= 2 && codeSize <= 8, "its code size does not exist");
  yield* subBlocks(false);
}

function* subBlocks(keep: boolean): Generator<ByteRequest, Buffer, Buffer> {
  const blocks: Buffer[] = [];
  for (;;) {
    const length = (yield* take(1))[0] as number;
    if (length === 0) return Buffer.concat(blocks);
    if (keep) blocks.push(yield* take(length));
    else yield* pass(length);
  }
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}
