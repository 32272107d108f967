// How much memory the largest picture of each kind takes while it is decoded: node tests/unit/app/picture-memory.ts. Each
// in a process of its own, whose peak afterwards is compared with what it had before (Linux alone).
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp, { type Sharp } from "sharp";
import { largestPictureBytes, makePicture } from "../../../app/pictures/picture.ts";

const execute = promisify(execFile);

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#4080c0" }, limitInputPixels: false });

/** Each as large as `app/pictures/picture.ts` lets its kind be. */
const largest: Record<string, () => Sharp | Promise<Sharp>> = {
  "JPEG, 64 megapixels": () => plain(8_000, 8_000).jpeg(),
  "PNG, 64 megapixels": () => plain(8_000, 8_000).png(),
  "progressive JPEG, 20 megapixels": () => plain(5_000, 4_000).jpeg({ progressive: true }),
  "interlaced PNG, 20 megapixels": () => plain(5_000, 4_000).png({ progressive: true }),
  "WebP, 20 megapixels": () => plain(5_000, 4_000).webp(),
  "GIF, 20 megapixels": () => plain(5_000, 4_000).gif(),
  "animated GIF, 20 frames of a megapixel": async () => {
    const frame = (red: number) =>
      sharp({ create: { width: 1_000, height: 1_000, channels: 3, background: { r: red, g: 0, b: 0 } } });
    const frames = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        frame(10 * index)
          .png()
          .toBuffer(),
      ),
    );
    return sharp(frames, { join: { animated: true } }).gif();
  },
};

const [file] = process.argv.slice(2);
if (file) await measure(file);
else await measureAll();

/** Kibibytes that this process has, and the most that it had. */
function memory(field: "VmRSS" | "VmHWM"): number {
  return Number(
    new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1],
  );
}

async function measure(path: string): Promise<void> {
  const bytes = readFileSync(path);
  const before = memory("VmRSS");
  const { animated } = await makePicture(bytes);
  const most = memory("VmHWM") - before;
  console.log(`${Math.round((most * 1024) / 1e6)} MB${animated ? ", kept moving" : ""}`);
}

async function measureAll(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "capstone-pictures-"));
  try {
    for (const [name, make] of Object.entries(largest)) {
      const bytes = await (await make()).toBuffer();
      if (bytes.length > largestPictureBytes) throw new Error(`${name} is larger than the service takes.`);
      const path = join(directory, "picture");
      writeFileSync(path, bytes);
      const { stdout } = await execute(process.execPath, [import.meta.filename, path]);
      console.log(`${name}: ${stdout.trim()}`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}
