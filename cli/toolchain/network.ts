import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Where base images are pulled from. */
export const imageRegistry = "https://registry-1.docker.io/v2/";

/** How long a host may take to answer before it counts as unreachable. */
const reachMs = 3_000;

/** How long one download may take. */
const downloadMs = 10 * 60_000;

const answers = new Map<string, Promise<boolean>>();

/** Whether a host answers at all; checked once per host. */
export function reachable(origin: string): Promise<boolean> {
  const known = answers.get(origin);
  if (known) return known;
  const request = fetch(origin, {
    method: "HEAD",
    redirect: "manual",
    signal: AbortSignal.timeout(reachMs),
  }).then(
    () => true,
    () => false,
  );
  answers.set(origin, request);
  return request;
}

/** Downloads a file. @throws Error when the server does not answer with it. */
export async function download(url: string, file: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
}

/**
 * Checks a file against a list of checksums as `sha256sum` and `sha512sum` write them.
 * @throws Error when the list does not name the file or the digest differs.
 */
export async function verifyChecksum(file: string, name: string, list: string): Promise<void> {
  const expected = list
    .split("\n")
    .map((line) => line.trim().split(/\s+[*]?/))
    .find(([, listed]) => listed === name)?.[0]
    ?.toLowerCase();
  if (!expected) throw new Error(`the list of checksums does not name ${name}`);
  const algorithm = expected.length === 64 ? "sha256" : "sha512";
  const digest = createHash(algorithm)
    .update(await readFile(file))
    .digest("hex");
  if (digest !== expected) throw new Error(`${name} has the ${algorithm} ${digest} instead of ${expected}`);
}
