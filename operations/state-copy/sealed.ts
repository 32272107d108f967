import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { PersonError } from "../../infra/errors.ts";

const saltBytes = 16;
const ivBytes = 12;
const tagBytes = 16;

/** The passphrase of Pulumi's secrets, without which a state is of no use anyway; undefined when there is none here. */
export function passphrase(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  return environment.PULUMI_CONFIG_PASSPHRASE || (file ? readFileSync(file, "utf8").trim() : undefined);
}

/** Compresses and encrypts a text with AES-256-GCM, its key derived by scrypt. @returns base64 */
export function seal(text: string, secret: string): string {
  const salt = randomBytes(saltBytes);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", scryptSync(secret, salt, 32), iv);
  const sealed = Buffer.concat([cipher.update(gzipSync(text)), cipher.final()]);
  return Buffer.concat([salt, iv, cipher.getAuthTag(), sealed]).toString("base64");
}

/** @throws PersonError when the text was sealed with another passphrase, or is damaged. */
export function open(sealed: string, secret: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const salt = bytes.subarray(0, saltBytes);
  const iv = bytes.subarray(saltBytes, saltBytes + ivBytes);
  const tag = bytes.subarray(saltBytes + ivBytes, saltBytes + ivBytes + tagBytes);
  try {
    const decipher = createDecipheriv("aes-256-gcm", scryptSync(secret, salt, 32), iv);
    decipher.setAuthTag(tag);
    const compressed = [decipher.update(bytes.subarray(saltBytes + ivBytes + tagBytes)), decipher.final()];
    return gunzipSync(Buffer.concat(compressed)).toString("utf8");
  } catch {
    throw new PersonError(
      "The copy of the state cannot be opened: it was made with another passphrase than this machine's (docs/runbooks/lost-passphrase.md), or it is damaged.",
    );
  }
}
