import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Mapping } from "./mapping/mapping.ts";

/** SHA-256 over an import's inputs: the file with its log, the mapping and the list of uploads. */
export async function inputsDigest(
  file: string,
  mapping: Mapping,
  uploads: string | undefined,
): Promise<string> {
  const hash = createHash("sha256");
  for (const part of [file, `${file}-wal`]) {
    if (!existsSync(part)) continue;
    for await (const chunk of createReadStream(part, { highWaterMark: 256 * 1024 }))
      hash.update(chunk as Buffer);
  }
  hash.update(JSON.stringify(mapping));
  if (uploads !== undefined && existsSync(uploads)) {
    const names = readdirSync(uploads, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .toSorted();
    for (const name of names)
      hash.update(
        JSON.stringify([path.relative(uploads, name), statSync(name).size, statSync(name).mtimeMs]),
      );
  }
  return hash.digest("hex");
}
