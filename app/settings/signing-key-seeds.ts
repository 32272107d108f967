/** The seeds of the Ed25519 key pairs that sign sessions. All verify, the active one signs. */
export interface SigningKeySeeds {
  activeGeneration: string;
  /** Generation to its 32 random bytes. The next one is in the set before it is active, so a rotation can roll. */
  seeds: ReadonlyMap<string, Buffer>;
}

/**
 * Reads `{"active": N, "keys": {"<generation>": "<32 random bytes, base64>"}}`.
 * @throws Error whose message ends the sentence "signing-keys …" and shows no key.
 */
export function parseSigningKeys(text: string): SigningKeySeeds {
  const { active, keys } = parseObject(text);
  if (typeof keys !== "object" || keys === null) throw new Error('has no object "keys".');
  const seeds = new Map<string, Buffer>();
  for (const [generation, seed] of Object.entries(keys)) {
    const bytes = typeof seed === "string" ? Buffer.from(seed, "base64") : Buffer.alloc(0);
    if (bytes.length !== 32) throw new Error(`has a key ${generation} that is not 32 bytes in base64.`);
    seeds.set(generation, bytes);
  }
  const activeGeneration = String(active);
  if (!seeds.has(activeGeneration)) {
    throw new Error(
      `says that "${activeGeneration}" is active, but has ${[...seeds.keys()].join(", ") || "no keys"}.`,
    );
  }
  return { activeGeneration, seeds };
}

function parseObject(text: string): { active?: unknown; keys?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Error("is not JSON.");
  }
}
