import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), as Postgres wants it: without channel binding. */
export class ScramLogin {
  private readonly password: string;
  private readonly nonce = randomBytes(18).toString("base64");
  private serverSignature = Buffer.alloc(0);

  constructor(password: string) {
    this.password = password;
  }

  /** The first message; Postgres knows the user from the start-up message. */
  first(): string {
    return `n,,${this.bare()}`;
  }

  /**
   * @param serverFirst What the server answered to the first message.
   * @throws Error when it is no such answer.
   */
  final(serverFirst: string): string {
    const { r: nonce = "", s: salt = "", i: iterations = "" } = attributes(serverFirst);
    if (!nonce.startsWith(this.nonce) || salt === "" || !/^\d{1,7}$/.test(iterations)) {
      throw new Error("The server's SCRAM message is not understood.");
    }
    const salted = pbkdf2Sync(
      this.password.normalize("NFKC"),
      Buffer.from(salt, "base64"),
      +iterations,
      32,
      "sha256",
    );
    const clientKey = hmac(salted, "Client Key");
    const withoutProof = `c=biws,r=${nonce}`;
    const exchange = `${this.bare()},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash("sha256").update(clientKey).digest(), exchange);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] as number));
    this.serverSignature = hmac(hmac(salted, "Server Key"), exchange);
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`;
  }

  /** @throws Error when the server does not know the password either: someone stands in for it. */
  verify(serverFinal: string): void {
    const signature = Buffer.from(attributes(serverFinal).v ?? "", "base64");
    if (
      signature.length !== this.serverSignature.length ||
      !timingSafeEqual(signature, this.serverSignature)
    ) {
      throw new Error("The server does not prove that it knows the password.");
    }
  }

  private bare(): string {
    return `n=,r=${this.nonce}`;
  }
}

const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function attributes(message: string): Record<string, string> {
  return Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}
