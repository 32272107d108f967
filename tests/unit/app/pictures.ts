import sharp from "sharp";
import { png, pngChunk, pngClaiming } from "./images.ts";

/** A place that a phone writes into its photographs, and that nobody else is to read. */
const placeTaken = "52/1 31/1 2244/100";

/** A photograph with everything a phone adds to the pixels. @param orientation As EXIF numbers them. */
async function photograph({
  width = 640,
  height = 480,
  orientation = 1,
  progressive = false,
  cmyk = false,
} = {}): Promise<Buffer> {
  const left = {
    create: { width: Math.floor(width / 2), height, channels: 3, background: "#d02020" },
  } as const;
  let picture = sharp({ create: { width, height, channels: 3, background: "#2020d0" } })
    .composite([{ input: await sharp(left).png().toBuffer(), left: 0, top: 0 }])
    .withExif({
      IFD0: { Make: "Phone Maker", Model: "Phone 9" },
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: placeTaken,
        GPSLongitudeRef: "E",
        GPSLongitude: "13/1 24/1 3600/100",
      },
    })
    .withMetadata({ orientation });
  if (cmyk) picture = picture.toColourspace("cmyk");
  return picture.jpeg({ quality: 88, progressive }).toBuffer();
}

/** JPEG segment. */
function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** Puts a segment right behind the file's beginning. */
const withSegment = (jpeg: Buffer, added: Buffer) =>
  Buffer.concat([jpeg.subarray(0, 2), added, jpeg.subarray(2)]);

/** Multi-picture format: an index, and the second picture behind the first's end. */
function multiPicture(first: Buffer, second: Buffer): Buffer {
  const index = Buffer.alloc(50);
  index.write("MPF\0II*\0", 0, "latin1");
  return Buffer.concat([withSegment(first, segment(0xe2, index)), second]);
}

export interface Photograph {
  name: string;
  file: () => Promise<Buffer>;
  mediaType: string;
  /** What is published: its size, whether it moves; or why it is not. */
  becomes: { width: number; height: number; animated?: boolean } | string;
}

/** What phones and programs make, and what becomes of it. */
export const photographs: Photograph[] = [
  {
    name: "a photograph with its place and lying on its side",
    file: () => photograph({ orientation: 6 }),
    mediaType: "image/jpeg",
    becomes: { width: 480, height: 640 },
  },
  {
    name: "a multi-picture file",
    file: async () => multiPicture(await photograph(), await photograph({ width: 64, height: 48 })),
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "an Ultra HDR photograph with its gain map",
    file: async () => {
      const xmp = Buffer.from(
        'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"/>',
        "latin1",
      );
      const gainMap = await sharp({ create: { width: 160, height: 120, channels: 3, background: "#888" } })
        .greyscale()
        .jpeg()
        .toBuffer();
      return multiPicture(withSegment(await photograph(), segment(0xe1, xmp)), gainMap);
    },
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "a Samsung photograph with its trailer",
    file: async () =>
      Buffer.concat([
        await photograph(),
        Buffer.from(
          "\0\0\x01\nImage_UTC_Data1700000000000SEFHk\0\0\0\x01\0\0\0\0\0\x01\n\x18\0\0\0SEFT",
          "latin1",
        ),
      ]),
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "a motion photograph with its film",
    file: async () =>
      Buffer.concat([
        await photograph(),
        Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0isommp42", "latin1"),
        Buffer.alloc(200_000, 7),
      ]),
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "a photograph with padding behind its end",
    file: async () => Buffer.concat([await photograph(), Buffer.alloc(4_096)]),
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "a photograph in CMYK",
    file: () => photograph({ cmyk: true }),
    mediaType: "image/jpeg",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "a progressive photograph",
    file: () => photograph({ progressive: true, width: 4_000, height: 3_000 }),
    mediaType: "image/jpeg",
    becomes: { width: 1_024, height: 768 },
  },
  {
    name: "a photograph of 50 megapixels",
    file: () => photograph({ width: 8_160, height: 6_120 }),
    mediaType: "image/jpeg",
    becomes: { width: 1_024, height: 768 },
  },
  {
    name: "a panorama",
    file: () => photograph({ width: 12_000, height: 2_400 }),
    mediaType: "image/jpeg",
    becomes: { width: 1_024, height: 205 },
  },
  {
    name: "a WebP",
    file: async () =>
      sharp(await photograph())
        .keepExif()
        .webp()
        .toBuffer(),
    mediaType: "image/webp",
    becomes: { width: 640, height: 480 },
  },
  {
    name: "an animated GIF",
    file: async () => {
      const frame = (background: string) =>
        sharp({ create: { width: 90, height: 60, channels: 3, background } })
          .png()
          .toBuffer();
      const frames = [await frame("#f00"), await frame("#0f0"), await frame("#00f")];
      return sharp(frames, { join: { animated: true } })
        .gif({ delay: [100, 100, 100] })
        .toBuffer();
    },
    mediaType: "image/gif",
    becomes: { width: 90, height: 60, animated: true },
  },
  {
    name: "a PNG of draw.io with its drawing in it",
    file: async () => png(40, 30, [pngChunk("zTXt", Buffer.from("mxfile\0\0%3Cmxfile%20host%3D", "latin1"))]),
    mediaType: "image/png",
    becomes: { width: 40, height: 30 },
  },
  {
    name: "a HEIC photograph",
    file: async () => Buffer.from("\0\0\0\x24ftypheic\0\0\0\0mif1heic", "latin1"),
    mediaType: "image/heic",
    becomes: "On an iPhone choose Settings, Camera, Formats, Most Compatible",
  },
  {
    name: "a picture of 200 megapixels",
    file: async () => pngClaiming(16_320, 12_240),
    mediaType: "image/png",
    becomes: "megapixels; send a smaller copy",
  },
  {
    name: "a photograph that was cut off",
    file: async () => (await photograph()).subarray(0, 1_200),
    mediaType: "image/jpeg",
    becomes: "damaged or cut off",
  },
];
