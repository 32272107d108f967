import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ExifTool } from "exiftool-vendored";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePicture } from "../../../app/pictures/picture.ts";
import { photographs } from "./pictures.ts";

let exiftool: ExifTool;
let directory: string;

beforeAll(async () => {
  exiftool = new ExifTool();
  directory = await mkdtemp(path.join(tmpdir(), "capstone-pictures-"));
});

afterAll(async () => {
  await exiftool.end();
  await rm(directory, { recursive: true, force: true });
});

/** Everything that exiftool finds in a file, the groups that are about the file itself left out. */
async function tagsOf(name: string, bytes: Buffer): Promise<Record<string, unknown>> {
  const file = path.join(directory, name);
  await writeFile(file, bytes);
  const tags = await exiftool.readRaw(file, { readArgs: ["-G1", "-a", "-u", "-ee"] });
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => /^[^:]+:/.test(tag)));
}

const published = photographs.filter(({ becomes }) => typeof becomes !== "string");
const withPlace = published.filter(({ mediaType }) => mediaType === "image/jpeg");

describe("what exiftool reads", () => {
  test.each(withPlace)("in $name: the place where it was taken, and the phone", async ({ file }) => {
    const tags = await tagsOf("original.jpg", await file());
    expect(tags).toHaveProperty("GPS:GPSLatitude");
    expect(tags).toHaveProperty("IFD0:Model", "Phone 9");
  });

  test.each(published)(
    "in what is published of $name: size and format, and nothing else",
    async ({ file }) => {
      const { full, small } = await makePicture(await file());
      for (const bytes of [full, small]) {
        const groups = Object.keys(await tagsOf("published.webp", bytes)).map((tag) => tag.split(":")[0]);
        expect(
          [...new Set(groups)].filter(
            (group) => !["ExifTool", "System", "File", "Composite"].includes(group as string),
          ),
        ).toEqual(["RIFF"]);
      }
    },
  );
});
