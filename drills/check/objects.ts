import { createHash } from "node:crypto";
import { request } from "undici";
import type { Operation } from "../load/ledger.ts";
import { lastAndOpen } from "./compare.ts";

/**
 * Fetches every avatar that was acknowledged last, and compares its bytes with the hash in its address.
 * @returns Those that are missing or differ, in words.
 */
export async function compareObjects(operations: Operation[]): Promise<string[]> {
  const uploads = operations.flatMap(({ effect, outcome }) =>
    effect?.kind === "avatar" ? [{ ...effect, outcome }] : [],
  );
  const lost: string[] = [];
  for (const changes of Map.groupBy(uploads, ({ handle }) => handle).values()) {
    // A later upload with an unknown outcome may have replaced it.
    const { last, open } = lastAndOpen(changes);
    if (!last?.url || open.length > 0) continue;
    const found = await contentOf(last.url);
    if (!last.url.endsWith(`-${found}.webp`)) lost.push(`the bytes of ${last.url}: ${found}`);
  }
  return lost;
}

async function contentOf(url: string): Promise<string> {
  const answer = await request(url, { headersTimeout: 30_000, bodyTimeout: 30_000 });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode !== 200) return `answered ${answer.statusCode}`;
  return createHash("sha256").update(bytes).digest("hex");
}
