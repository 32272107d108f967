import { randomBytes } from "node:crypto";

/** An account with its session, made through the API. */
export interface Account {
  handle: string;
  password: string;
  id: string;
  accessToken: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  // The API's answers differ by route; tests assert on what they read.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: any;
}

/** Asks the API; a JSON body goes out as JSON, bytes as they are. */
export async function ask(
  url: string,
  options: { method?: string; body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const bytes = options.body instanceof Uint8Array;
  const answer = await fetch(url, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    headers: {
      ...(options.body !== undefined && !bytes ? { "content-type": "application/json" } : {}),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: bytes ? (options.body as Uint8Array<ArrayBuffer>) : JSON.stringify(options.body) }),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json");
  return {
    status: answer.status,
    headers: answer.headers,
    body: json && text !== "" ? JSON.parse(text) : text,
  };
}

export async function signUp(apiUrl: string): Promise<Account> {
  const handle = `t${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  const created = await ask(`${apiUrl}/api/v1/users`, {
    body: { handle, email: `${handle}@example.com`, password },
  });
  if (created.status !== 201)
    throw new Error(`sign-up answered ${created.status}: ${JSON.stringify(created.body)}`);
  const session = await ask(`${apiUrl}/api/v1/sessions`, { body: { handle, password } });
  if (session.status !== 200)
    throw new Error(`log-in answered ${session.status}: ${JSON.stringify(session.body)}`);
  return { handle, password, id: created.body.id, accessToken: session.body.accessToken };
}

/** A machine that is too busy for a rate gets fewer requests, and not ever more that wait for each other. */
const mostInFlight = 100;

/**
 * Writes and reads through the API until stopped, at a bounded rate, and counts.
 * @returns how many requests were sent, a line for each that failed, and the posts that were acknowledged.
 */
export function load(
  apiUrl: string,
  account: Pick<Account, "handle" | "accessToken">,
  requestsPerSecond: number,
  paths = { write: "/api/v1/me/posts", read: `/api/v1/users/${account.handle}` },
) {
  const failures: string[] = [];
  /** The posts that were answered, and when. */
  const acknowledged: { body: string; atMs: number }[] = [];
  let sent = 0;
  let running = true;
  const once = async (number: number) => {
    sent++;
    const write = number % 2 === 0;
    const answer = await (write
      ? ask(`${apiUrl}${paths.write}`, {
          body: { body: `post ${number}` },
          token: account.accessToken,
          headers: { "idempotency-key": `load-${number}` },
        })
      : ask(`${apiUrl}${paths.read}`)
    ).catch((error: Error) => ({ status: 0, body: `${error.message} ${String(error.cause ?? "")}` }));
    if (write && answer.status === 201) acknowledged.push({ body: `post ${number}`, atMs: Date.now() });
    if (answer.status !== (write ? 201 : 200)) {
      failures.push(
        `${write ? "post" : "page"} ${number}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`,
      );
    }
  };
  const finished = (async () => {
    const pending = new Set<Promise<void>>();
    const start = Date.now();
    for (let number = 0; running && number < 60_000; number++) {
      const due = start + (number * 1000) / requestsPerSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
      while (pending.size >= mostInFlight) await Promise.race(pending);
      const request = once(number).finally(() => pending.delete(request));
      pending.add(request);
    }
    await Promise.all(pending);
  })();
  return {
    acknowledgedCount: () => acknowledged.length,
    async stop() {
      running = false;
      await finished;
      return { sent, failures, acknowledged };
    },
  };
}

/** The smallest true PNG: one pixel of the given grey. */
export function png(): Uint8Array {
  return Uint8Array.from(
    Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
      "base64",
    ),
  );
}
