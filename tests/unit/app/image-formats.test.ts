import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ImageCheck } from "../../../app/image-formats/image-check.ts";
import { NotThisImage } from "../../../app/image-formats/parser.ts";
import { images, impostors, jpeg, png, pngChunk } from "./images.ts";

function check(bytes: Buffer, pieceBytes = bytes.length || 1) {
  const image = new ImageCheck();
  for (let from = 0; from < bytes.length; from += pieceBytes)
    image.push(bytes.subarray(from, from + pieceBytes));
  return image.end();
}

describe("what is kept", () => {
  test.each(Object.entries(images))(
    "%s, in one piece, in pieces of 7 bytes and byte by byte",
    (_name, image) => {
      const { bytes, ...format } = image;
      for (const pieceBytes of [bytes.length, 7, 1]) expect(check(bytes, pieceBytes)).toEqual(format);
    },
  );

  test("a PNG with harmless text, and one with a chunk that only a camera knows", () => {
    expect(
      check(png(4, 4, [pngChunk("tEXt", Buffer.from("Title\0My < first > picture & more"))])),
    ).toBeTruthy();
    expect(check(png(4, 4, [pngChunk("iDOT", Buffer.alloc(28, 1))]))).toBeTruthy();
  });
});

describe("what is refused", () => {
  test.each(Object.entries(impostors))("%s", (_name, bytes) => {
    expect(() => check(bytes)).toThrow(NotThisImage);
    expect(() => check(bytes, 5)).toThrow(NotThisImage);
  });

  test("at its first wrong byte and not at its end", () => {
    const image = new ImageCheck();
    expect(() => image.push(Buffer.from("<html> and much more to come"))).toThrow("it is none of image/png");
  });

  test("every image that is cut short, anywhere", () => {
    for (const { bytes } of Object.values(images)) {
      for (let length = 0; length < bytes.length; length++) {
        expect(() => check(bytes.subarray(0, length)), `cut to ${length}`).toThrow(NotThisImage);
      }
    }
  });

  test("every image with anything behind it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(images)),
        fc.uint8Array({ minLength: 1 }),
        ({ bytes }, tail) => {
          expect(() => check(Buffer.concat([bytes, tail]))).toThrow(NotThisImage);
        },
      ),
    );
  });
});

test("whatever comes, the answer is a format or NotThisImage, however it is cut into pieces", () => {
  const verdict = (bytes: Buffer, pieceBytes: number) => {
    try {
      return check(bytes, pieceBytes).mediaType;
    } catch (error) {
      expect(error).toBeInstanceOf(NotThisImage);
      return "refused";
    }
  };
  const damaged = fc
    .tuple(
      fc.constantFrom(...Object.values(images)),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([{ bytes }, damages]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of damages) copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(damaged, fc.integer({ min: 1, max: 50 }), (bytes, pieceBytes) => {
      expect(verdict(bytes, pieceBytes)).toBe(verdict(bytes, bytes.length));
    }),
    { numRuns: 500 },
  );
});

test("an image made of the smallest possible parts takes no time worth mentioning", () => {
  const parts = Array.from({ length: 40_000 }, () => Buffer.from([0x21, 0xfe, 1, 32, 0]));
  const { bytes } = images.gif as { bytes: Buffer };
  // Of the processor, which others may want too.
  const startedAt = process.cpuUsage();
  check(Buffer.concat([bytes.subarray(0, -1), ...parts, bytes.subarray(-1)]), 64 * 1024);
  expect(process.cpuUsage(startedAt).user).toBeLessThan(1_000_000);
  expect(check(jpeg)).toBeTruthy();
});
