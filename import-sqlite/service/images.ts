import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { largestPictureBytes, makePicture, NotAPicture, type Picture } from "../../app/pictures/picture.ts";
import { PersonError } from "../../infra/errors.ts";
import type { Say } from "../plan/remarks.ts";
import type { Scratch } from "./scratch.ts";

/** @throws PersonError where there is no such folder. */
export function requireFolder(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new PersonError(`--uploads ${directory} is not a folder; DIR is the folder of the uploaded files.`);
}

/** Checks every file of the folder: images are recorded as they will be published, others reported. Links are not followed. */
export async function readImages(
  directory: string,
  schema: string,
  scratch: Scratch,
  say: Say,
): Promise<void> {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(directory, file);
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) {
      say(relative, "left out", "is no ordinary file");
      continue;
    }
    const image = await publishedImage(file).catch((error: Error) => error);
    if (image instanceof Error) say(relative, "left out", image.message);
    else {
      const key = `images/${schema}/${image.hash}.${image.extension}`;
      scratch.run(
        "insert into images values (?, ?, ?, ?, ?, ?, ?)",
        ...[relative, entry.name, image.hash, image.extension, image.mediaType, image.full.length, key],
      );
    }
  }
}

/**
 * What is published of a file: decoded and encoded anew as an upload to the service is, so nothing of the file but its
 * picture, and no place where it was taken, can be fetched.
 * @throws Error whose message ends the sentence about the file.
 */
export async function publishedImage(file: string): Promise<Picture> {
  const { size } = statSync(file);
  if (size > largestPictureBytes) {
    throw new Error(
      `has ${size.toLocaleString("en")} bytes; an image may have ${largestPictureBytes.toLocaleString("en")}`,
    );
  }
  try {
    return await makePicture(readFileSync(file));
  } catch (error) {
    if (error instanceof NotAPicture)
      throw new Error(`is no image that the service publishes: ${error.message}`);
    throw new Error(`cannot be read: ${(error as Error).message}`);
  }
}

/** The image that a cell names by a path or an address: the one whose path shares the longest end with it. */
export function findImage(
  scratch: Scratch,
  text: string,
): { path: string; hash: string; extension: string } | undefined {
  const parts = text
    .replace(/[?#].*$/, "")
    .split(/[/\\]+/)
    .filter(Boolean)
    .map(decoded);
  for (let start = 0; start < parts.length; start++) {
    const found = scratch.first<{ path: string; hash: string; extension: string }>(
      "select path, hash, extension from images where path = ?",
      parts.slice(start).join("/"),
    );
    if (found) return found;
  }
  return scratch.first(
    "select path, hash, extension from images where name = ? order by path",
    parts.at(-1) ?? "",
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
