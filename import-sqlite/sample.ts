import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** One pixel: enough for an avatar. */
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

/**
 * Makes the sample application's database and uploads from `sample.sql`, in a folder that is removed on disposal. It is
 * imported like any file, so every developer tries the import.
 */
export function makeSample(): { file: string; uploads: string } & Disposable {
  const directory = mkdtempSync(path.join(tmpdir(), "capstone-sample-"));
  const file = path.join(directory, "sample.sqlite");
  const uploads = path.join(directory, "uploads");
  mkdirSync(uploads);
  writeFileSync(path.join(uploads, "ada.png"), Buffer.from(pixel, "base64"));
  // Same bytes and same modification time each time, or a second import would see a change.
  const database = new DatabaseSync(file);
  database.exec(readFileSync(new URL("sample.sql", import.meta.url), "utf8"));
  database.close();
  return { file, uploads, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
