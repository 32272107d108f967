import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * 32 random bytes that are nowhere in plain text. Not @pulumi/random's RandomBytes: its identity in the state is the
 * value itself, and identities are not encrypted. So a random text of 256 bits and more, hashed.
 */
export function randomBytes(
  name: string,
  options: pulumi.CustomResourceOptions,
): Record<"hex" | "base64", pulumi.Output<string>> {
  const text = new random.RandomPassword(name, { length: 43, special: false }, options).result;
  const bytes = text.apply((secret) => createHash("sha256").update(secret).digest());
  return {
    hex: bytes.apply((value) => value.toString("hex")),
    base64: bytes.apply((value) => value.toString("base64")),
  };
}
