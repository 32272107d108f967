import {
  type ByteRequest,
  demand,
  demandPlainMetadata,
  demandSize,
  type ImageParser,
  passThrough,
  take,
} from "./parser.ts";

export const jpegSignature = Buffer.from([0xff, 0xd8, 0xff]);

const endOfImage = 0xd9;
const startOfScan = 0xda;
const application0 = 0xe0;
const comment = 0xfe;

/** Segment by segment, through all scans, to the end marker. */
export function* jpeg(): ImageParser {
  demand((yield* take(2)).equals(jpegSignature.subarray(0, 2)), "it does not start as JPEG does");
  let hasFrame = false;
  let hasScan = false;
  let marker = yield* nextMarker();
  while (marker !== endOfImage) {
    demand(marker >= 0xc0 && marker !== 0xd8 && !isRestart(marker), "it has a marker where none may be");
    const length = (yield* take(2)).readUInt16BE(0);
    demand(length >= 2, "a segment has no length");
    const content = length === 2 ? Buffer.alloc(0) : yield* take(length - 2);
    if (isFrame(marker)) {
      demand(!hasFrame && content.length >= 8, "its frame header is wrong");
      demandSize(content.readUInt16BE(3), content.readUInt16BE(1));
      hasFrame = true;
    }
    if (marker === application0) demandApplication0(content);
    if (marker === comment || isApplication(marker)) demandPlainMetadata(content);
    if (marker === startOfScan) {
      demand(hasFrame, "it has a scan before its frame");
      hasScan = true;
      marker = yield* scan();
    } else {
      marker = yield* nextMarker();
    }
  }
  demand(hasScan, "it ends without pixels");
}

function* nextMarker(): Generator<ByteRequest, number, Buffer> {
  demand((yield* take(1))[0] === 0xff, "something is between its segments");
  let marker = (yield* take(1))[0] as number;
  while (marker === 0xff) marker = (yield* take(1))[0] as number;
  return marker;
}

/** Passes over compressed pixels. @returns The marker that ends them. */
function* scan(): Generator<ByteRequest, number, Buffer> {
  for (;;) {
    yield* passThrough(0xff);
    let next = (yield* take(1))[0] as number;
    while (next === 0xff) next = (yield* take(1))[0] as number;
    // A zero says that the 0xff was a pixel's.
    if (next !== 0 && !isRestart(next)) return next;
  }
}

/** Its length follows from its contents. One that is longer hides a script in the segment's own length bytes. */
function demandApplication0(content: Buffer): void {
  if (content.toString("latin1", 0, 5) !== "JFIF\0") return;
  const thumbnailBytes = 3 * (content[12] ?? 0) * (content[13] ?? 0);
  demand(content.length === 14 + thumbnailBytes, "its JFIF header is longer than it says");
}

const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;
const isApplication = (marker: number) => marker >= 0xe0 && marker <= 0xef;
/** All SOFn: C0 to CF but for DHT, JPG and DAC. */
const isFrame = (marker: number) => (marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker);
