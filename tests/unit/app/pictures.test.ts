import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { makePicture, NotAPicture, smallKey } from "../../../app/pictures/picture.ts";
import { pngClaiming } from "./images.ts";
import { photographs } from "./pictures.ts";

describe.each(photographs)("$name", ({ file, becomes }) => {
  test(typeof becomes === "string" ? "is refused with a reason" : "is published", async () => {
    const bytes = await file();
    if (typeof becomes === "string") {
      const refused = await makePicture(bytes).catch((error: Error) => error);
      expect(refused).toBeInstanceOf(NotAPicture);
      expect((refused as Error).message).toContain(becomes);
      return;
    }
    const { animated = false, ...size } = becomes;
    const picture = await makePicture(bytes);
    expect(picture.animated).toBe(animated);
    for (const [published, most] of [
      [picture.full, 1_024],
      [picture.small, 160],
    ] as const) {
      const {
        width,
        pageHeight,
        height,
        format,
        space,
        pages = 1,
        ...rest
      } = await sharp(published).metadata();
      const scale = Math.min(1, most / Math.max(size.width, size.height));
      expect({ width, height: pageHeight ?? height }).toEqual({
        width: Math.round(size.width * scale),
        height: Math.round(size.height * scale),
      });
      expect([format, space, pages > 1]).toEqual(["webp", "srgb", animated]);
      // Nothing of the file is left but its picture: no place, no device, no second picture, no drawing.
      expect([rest.exif, rest.xmp, rest.iptc, rest.icc, rest.orientation]).toEqual(Array(5).fill(undefined));
      for (const trace of ["Exif", "Phone", "GPS", "MPF", "SEFT", "ftyp", "mxfile", "xmpmeta"])
        expect(published.includes(trace), trace).toBe(false);
    }
  });
});

test("a picture that lies on its side is turned: what was left is on top", async () => {
  const file = await photographs[0]?.file();
  const { full } = await makePicture(file as Buffer);
  const pixels = await sharp(full).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...pixels.data.subarray((y * pixels.info.width + x) * 3, (y * pixels.info.width + x) * 3 + 3),
  ];
  const [red, , blue] = at(240, 100);
  expect(red).toBeGreaterThan(180);
  expect(blue).toBeLessThan(80);
  const [otherRed, , otherBlue] = at(240, 540);
  expect(otherRed).toBeLessThan(80);
  expect(otherBlue).toBeGreaterThan(180);
});

test.each([
  ["says it has more pixels than memory", () => pngClaiming(60_000, 60_000)],
  ["says it has many pixels and has none", () => pngClaiming(7_000, 7_000)],
  ["has no pixel", () => Buffer.from("RIFF\x04\0\0\0WEBP", "latin1")],
])("a file that %s is refused, and costs no memory", async (_name, file) => {
  const before = process.memoryUsage().rss;
  await expect(makePicture(file())).rejects.toBeInstanceOf(NotAPicture);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});

test("the small one's name is beside the full one's", () => {
  expect(smallKey("avatars/a/b.webp")).toBe("avatars/a/b-160.webp");
});
