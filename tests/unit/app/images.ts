import { crc32, deflateSync } from "node:zlib";

/** Small images that every viewer shows, and what attackers make of them. */

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return pngChunk("IHDR", header);
}

/** Random pixels, so that the file is about 3 × width × height bytes. */
export function png(width = 4, height = 4, extra: Buffer[] = [], seed = 1): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let state = seed;
  for (let index = 0; index < rows.length; index++) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    rows[index] = index % (1 + width * 3) === 0 ? 0 : state >> 16;
  }
  const pixels = pngChunk("IDAT", deflateSync(rows, { level: 1 }));
  return Buffer.concat([
    pngSignature,
    pngHeader(width, height),
    ...extra,
    pixels,
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A PNG that claims a size and has no such pixels. */
export function pngClaiming(width: number, height: number): Buffer {
  const pixels = pngChunk("IDAT", deflateSync(Buffer.alloc(10)));
  return Buffer.concat([pngSignature, pngHeader(width, height), pixels, pngChunk("IEND", Buffer.alloc(0))]);
}

export const jpeg = Buffer.from(
  [
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBk",
    "eFxlZ2MBERISGBUYLxoaL2NCOEJjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY//AAAsIAAIAAgEBEQD/",
    "xADSAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNi",
    "coIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1",
    "tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAAgBAQAAPwDgXdpHZ3Ys7HLMxySfU1//2Q==",
  ].join(""),
  "base64",
);

export const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

export const webpLossy = Buffer.from("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", "base64");
export const webpLossless = Buffer.from("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "base64");

export const images: Record<string, { bytes: Buffer; mediaType: string; extension: string }> = {
  png: { bytes: png(), mediaType: "image/png", extension: "png" },
  jpeg: { bytes: jpeg, mediaType: "image/jpeg", extension: "jpg" },
  gif: { bytes: gif, mediaType: "image/gif", extension: "gif" },
  "lossy webp": { bytes: webpLossy, mediaType: "image/webp", extension: "webp" },
  "lossless webp": { bytes: webpLossless, mediaType: "image/webp", extension: "webp" },
};

const html = Buffer.from("<html><script>alert(document.domain)</script></html>");
const php = Buffer.from("<?php system($_GET['c']); ?>");
const zip = Buffer.from(
  "504b0304140000000000000021000000000000000000000000000100000061504b01021400140000000000000021000000000000000000000000" +
    "000100000000000000000000000000000000000061504b050600000000010001002f0000001f0000000000",
  "hex",
);
const comment = (text: Buffer) => {
  const segment = Buffer.alloc(4);
  segment.set([0xff, 0xfe]);
  segment.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([segment, text]);
};
const gifComment = (text: Buffer) =>
  Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), text, Buffer.from([0])]);

/** None of these is an image alone. Each must be refused whatever it is declared as. */
export const impostors: Record<string, Buffer> = {
  "an empty body": Buffer.alloc(0),
  "a text": Buffer.from("just some text, longer than any signature"),
  html,
  svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  pdf: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"),
  "a PNG signature alone": pngSignature,
  "a PNG signature before HTML": Buffer.concat([pngSignature, html]),
  "PNG and HTML": Buffer.concat([png(), html]),
  "PNG and PHP": Buffer.concat([png(), php]),
  "PNG and ZIP": Buffer.concat([png(), zip]),
  "PNG and one byte": Buffer.concat([png(), Buffer.from([0])]),
  "PNG and PNG": Buffer.concat([png(), png()]),
  "PNG with PHP in a text chunk": png(4, 4, [
    pngChunk("tEXt", Buffer.concat([Buffer.from("Comment\0"), php])),
  ]),
  "PNG with a ZIP in a chunk of its own": png(4, 4, [pngChunk("ziPp", zip)]),
  "PNG with a critical chunk that nobody knows": png(4, 4, [pngChunk("EVIL", Buffer.from("x"))]),
  "PNG with a wrong checksum": (() => {
    const bytes = Buffer.from(png());
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
    return bytes;
  })(),
  "PNG without pixels": Buffer.concat([pngSignature, pngHeader(1, 1), pngChunk("IEND", Buffer.alloc(0))]),
  "PNG that breaks off": png().subarray(0, -6),
  "PNG of a million pixels a side": pngClaiming(1_000_000, 1_000_000),
  "PNG without a width": pngClaiming(0, 1),
  "JPEG and HTML": Buffer.concat([jpeg, html]),
  "JPEG and ZIP (GIFAR's sister)": Buffer.concat([jpeg, zip]),
  "JPEG with HTML in a comment": Buffer.concat([jpeg.subarray(0, 2), comment(html), jpeg.subarray(2)]),
  "JPEG with a script in the JFIF header's length": Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x2f, 0x2a]),
    jpeg.subarray(6, 20),
    Buffer.alloc(0x2f2a - 16),
    comment(Buffer.from("*/=alert(1)/*")),
    jpeg.subarray(20),
  ]),
  "JPEG that breaks off": jpeg.subarray(0, -2),
  "JPEG's start and end alone": Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0]),
  "GIF and HTML": Buffer.concat([gif, html]),
  "GIF and ZIP (GIFAR)": Buffer.concat([gif, zip]),
  "GIF89a/* script": Buffer.from("GIF89a/*<svg/onload=alert(1)>*/=1;alert(document.domain)//;"),
  "GIF as a script with a body": Buffer.concat([
    Buffer.from("GIF89a/*"),
    gif.subarray(8, -1),
    Buffer.from("*/=alert(1);//;"),
  ]),
  "GIF with PHP in a comment": Buffer.concat([gif.subarray(0, -1), gifComment(php), gif.subarray(-1)]),
  "GIF that breaks off": gif.subarray(0, -1),
  "GIF without pixels": Buffer.concat([gif.subarray(0, 19), Buffer.from([0x3b])]),
  "WebP and HTML": Buffer.concat([webpLossy, html]),
  "WebP whose header counts the HTML in": (() => {
    const bytes = Buffer.concat([webpLossy, html]);
    bytes.writeUInt32LE(bytes.length - 8, 4);
    return bytes;
  })(),
  "RIFF that is sound": Buffer.from("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0", "latin1"),
  "WebP that breaks off": webpLossy.subarray(0, -4),
};
