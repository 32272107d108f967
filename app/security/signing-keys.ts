import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import type { SigningKeySeeds } from "../settings/signing-key-seeds.ts";

/** The keys that sign and verify sessions. Every node computes the same ones from the same seeds. */
export interface SigningKeys {
  active: { kid: string; privateKey: KeyObject };
  /** By key id. */
  verifying: ReadonlyMap<string, KeyObject>;
  /** What `/.well-known/jwks.json` shows: public parts only. */
  publicSet: { keys: JWK[] };
}

/** PKCS #8 around an Ed25519 seed (RFC 8410). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

export async function deriveSigningKeys({ activeGeneration, seeds }: SigningKeySeeds): Promise<SigningKeys> {
  const verifying = new Map<string, KeyObject>();
  const keys: JWK[] = [];
  let active: SigningKeys["active"] | undefined;
  for (const [generation, seed] of seeds) {
    const key = Buffer.concat([pkcs8Prefix, seed]);
    const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
    const publicKey = createPublicKey(privateKey);
    const jwk = publicKey.export({ format: "jwk" }) as JWK;
    const kid = await calculateJwkThumbprint(jwk);
    verifying.set(kid, publicKey);
    keys.push({ ...jwk, kid, use: "sig", alg: "EdDSA" });
    if (generation === activeGeneration) active = { kid, privateKey };
  }
  if (active === undefined) throw new Error(`No signing key of generation ${activeGeneration}.`);
  return { active, verifying, publicSet: { keys } };
}
