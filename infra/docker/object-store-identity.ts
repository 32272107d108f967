import { createPrivateKey, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** By which a Garage node is known to its peers: an Ed25519 key pair. */
export interface ObjectStoreIdentity {
  /** The seed and the public key, 64 bytes in base64, as Garage keeps them in its `node_key` file. Secret. */
  keyPair: pulumi.Output<string>;
  /** 64 hexadecimal digits. */
  publicKey: pulumi.Output<string>;
}

// What comes before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410).
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** @param seed 32 random bytes, base64. */
export function objectStoreIdentity(seed: pulumi.Output<string>): ObjectStoreIdentity {
  const keyPair = seed.apply((text) => {
    const bytes = Buffer.from(text, "base64");
    return Buffer.concat([bytes, publicKeyOf(bytes)]).toString("base64");
  });
  const publicKey = pulumi.unsecret(
    seed.apply((text) => publicKeyOf(Buffer.from(text, "base64")).toString("hex")),
  );
  return { keyPair, publicKey };
}

function publicKeyOf(seed: Buffer): Buffer {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: "der",
    type: "pkcs8",
  });
  return Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x ?? "", "base64url");
}
