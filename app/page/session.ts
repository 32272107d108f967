import type { Tokens } from "./api-types.ts";
import { insist, Refusal } from "./insist.ts";
import { keep, kept } from "./kept.ts";
import { nobodyAnswers } from "./notices.ts";
import { oneTabAtATime } from "./one-tab.ts";
import { attemptOf } from "./request.ts";

// Where tokens are kept, and why. The API takes tokens in a header and no cookies, so that no other site's form can use
// them; the page has to hold them itself. The access token, which is valid for a quarter of an hour, is in memory alone.
// The refresh token is in localStorage, so that a reload and a second tab are logged in. A script that got into the page
// could read it: the content security policy lets in none but the page's own, and none that is made from text (trusted
// types), and nothing here writes HTML. A refresh token is used once: where a thief uses it too, the session ends.
const name = "capstone.session";

interface KeptSession {
  handle: string;
  refreshToken: string;
}

/** Exchanged this long before it expires, so that no upload is sent for nothing. */
const marginMs = 60_000;

let access: { token: string; untilMs: number } | undefined;
let exchange: Promise<string> | undefined;
let onEnd = () => {};

/** Whose page this is. Another tab may log in as somebody else meanwhile; then the page has to begin anew. */
export const ownHandle = kept<KeptSession>(name)?.handle;

/** @param listener Called when the session turns out to have ended elsewhere. */
export function whenSessionEnds(listener: () => void): void {
  onEnd = listener;
  // Another tab logged out, or in as somebody else.
  addEventListener("storage", ({ key }) => {
    if (key === name && kept<KeptSession>(name)?.handle !== ownHandle) location.reload();
  });
}

export function startSession(handle: string, tokens: Tokens): void {
  keep(name, { handle: handle.toLowerCase(), refreshToken: tokens.refreshToken });
  remember(tokens);
}

/** Forgets the tokens, and never somebody else's; the service is told by whoever calls this. */
export function forgetSession(): void {
  access = undefined;
  if (kept<KeptSession>(name)?.handle === ownHandle) keep(name, undefined);
}

/**
 * An access token that is valid for a while.
 * @param refused One that was not accepted, however long it should have been.
 * @throws Refusal 401 where the session has ended.
 */
export function accessToken(refused?: string): Promise<string> {
  if (access && access.token !== refused && Date.now() < access.untilMs) return Promise.resolve(access.token);
  // A refresh token is used once, and tabs share it. Without locks, the service forgives a minute.
  exchange ??= oneTabAtATime(name, refresh).finally(() => {
    exchange = undefined;
  });
  return exchange;
}

async function refresh(): Promise<string> {
  const session = await ownSession();
  const json = { refreshToken: session.refreshToken };
  const newerSession = async () => (await ownSession()).refreshToken !== session.refreshToken;
  try {
    const tokens = await insist(attemptOf("POST /api/v1/sessions/refresh", { json }), nobodyAnswers);
    if (await newerSession()) return refresh();
    keep(name, { ...session, refreshToken: (tokens as Tokens).refreshToken });
    return remember(tokens as Tokens);
  } catch (error) {
    if (!(error instanceof Refusal && [400, 401].includes(error.status))) throw error;
    return (await newerSession()) ? refresh() : sessionEnded();
  }
}

/** The session that is kept. Where that is not the one of this page's owner, the page begins anew and nothing goes on. */
function ownSession(): Promise<KeptSession> {
  const session = kept<KeptSession>(name);
  if (session && session.handle === ownHandle) return Promise.resolve(session);
  location.reload();
  return new Promise(() => {});
}

function remember({ accessToken, expiresIn }: Tokens): string {
  access = { token: accessToken, untilMs: Date.now() + expiresIn * 1_000 - marginMs };
  return accessToken;
}

/** @throws Refusal */
export async function sessionEnded(): Promise<never> {
  await ownSession();
  forgetSession();
  onEnd();
  throw new Refusal({
    status: 401,
    retryAfter: null,
    body: { detail: "Your session has ended. Log in again." },
  });
}
