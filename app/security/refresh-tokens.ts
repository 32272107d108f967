import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { SigningKeySeeds } from "../settings/signing-key-seeds.ts";

/** What a refresh token looks like: 32 bytes in base64url. */
export const refreshTokenForm = "^[A-Za-z0-9_-]{43}$";

/** The first token of a session. */
export function newRefreshToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What the database keeps of a token. The token has 256 random bits, so a plain hash tells nothing. */
export function refreshTokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/**
 * The tokens that may follow this one, the active key's first. The successor is computed and not drawn, so that
 * whoever lost the answer to a refresh, or whose request a proxy sent to two nodes, gets the same one again.
 * Nobody without the signing keys can compute it.
 */
export function refreshTokenSuccessors(
  token: string,
  { activeGeneration, seeds }: SigningKeySeeds,
): string[] {
  const ordered = [...seeds].sort(
    ([a], [b]) => Number(b === activeGeneration) - Number(a === activeGeneration),
  );
  return ordered.map(([, seed]) => createHmac("sha256", rotationKey(seed)).update(token).digest("base64url"));
}

/** One seed, two uses: each has a key of its own. */
function rotationKey(seed: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", seed, "", "capstone refresh token rotation", 32));
}
