import type { Reply } from "./insist.ts";

export interface Asked {
  json?: unknown;
  token?: string;
  /** Makes a write happen once, however often it is sent. */
  key?: string;
}

/**
 * A node holds a request for 27 s at most (`app/database/access.ts`): what has no answer by then has lost it. A second
 * attempt to exchange a refresh token has to come within the minute for which a used one is forgiven
 * (`app/security/rotation.ts`).
 */
const patienceMs = 29_000;

/** @param what `METHOD /path` */
export function attemptOf(what: string, { json, token, key }: Asked): () => Promise<Reply> {
  const [method = "GET", path = "/"] = what.split(" ");
  return async () => {
    const response = await fetch(path, {
      method,
      headers: headersOf({ token, key, type: json === undefined ? undefined : "application/json" }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      cache: "no-cache",
      signal: AbortSignal.timeout(patienceMs),
    });
    const { status, headers } = response;
    return { status, retryAfter: headers.get("retry-after"), body: parsed(await response.text()) };
  };
}

interface Told {
  token?: string | undefined;
  key?: string | undefined;
  type?: string | undefined;
}

export function headersOf({ token, key, type }: Told): Record<string, string> {
  return {
    accept: "application/json",
    ...(type ? { "content-type": type } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(key ? { "idempotency-key": key } : {}),
  };
}

/** What is no JSON, such as a proxy's page, says nothing. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** randomUUID is there with TLS only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
