import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "./signing-keys.ts";
import { isUuid } from "./uuid.ts";

/** The caller, from a verified access token. Whether the session still lives is in the database. */
export interface Caller {
  accountId: string;
  sessionId: string;
}

export const accessTokenSeconds = 15 * 60;

const issuer = "capstone";
const audience = "capstone-api";
const algorithm = "EdDSA";
const type = "at+jwt";

/** Size of the cache of verified tokens: checking a signature costs more than the rest of a read. */
const rememberedTokens = 5_000;

/** Signs and verifies access tokens. They are stateless: any node verifies what any node signed. */
export class AccessTokens {
  private readonly keys: SigningKeys;
  private readonly verified = new Map<string, { caller: Caller; expiresAtMs: number }>();

  constructor(keys: SigningKeys) {
    this.keys = keys;
  }

  sign({ accountId, sessionId }: Caller): Promise<string> {
    const { kid, privateKey } = this.keys.active;
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, kid, typ: type })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(accountId)
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds}s`)
      .sign(privateKey);
  }

  /** @returns Nothing for a token that is not ours, was altered, or has expired. */
  async verify(token: string): Promise<Caller | undefined> {
    const known = this.verified.get(token);
    if (known && known.expiresAtMs > Date.now()) return known.caller;
    this.verified.delete(token);
    try {
      const { payload } = await jwtVerify(token, (header) => this.keyOf(header), {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        requiredClaims: ["sub", "sid", "exp"],
      });
      const { sub, sid, exp } = payload;
      if (!isUuid(sub) || !isUuid(sid) || typeof exp !== "number") return undefined;
      const caller = { accountId: sub, sessionId: sid };
      this.remember(token, caller, exp * 1000);
      return caller;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The key is chosen among ours by its id alone; the rest of the header is ignored. */
  private keyOf({ kid }: JWTHeaderParameters) {
    const key = typeof kid === "string" ? this.keys.verifying.get(kid) : undefined;
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  private remember(token: string, caller: Caller, expiresAtMs: number): void {
    if (this.verified.size >= rememberedTokens) {
      const [oldest] = this.verified.keys();
      if (oldest !== undefined) this.verified.delete(oldest);
    }
    this.verified.set(token, { caller, expiresAtMs });
  }
}
