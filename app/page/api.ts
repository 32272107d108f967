import { insist, Refusal, type Reply } from "./insist.ts";
import { nobodyAnswers } from "./notices.ts";
import { type Asked, attemptOf } from "./request.ts";
import { accessToken, sessionEnded } from "./session.ts";

/**
 * Asks the API, until it answers.
 * @param what `METHOD /path`
 * @throws Refusal
 */
export function ask<T>(what: string, asked: Asked = {}): Promise<T> {
  return insist(attemptOf(what, asked), nobodyAnswers) as Promise<T>;
}

/** The same, as the one who is logged in. */
export function askAsMe<T>(what: string, asked: Asked = {}): Promise<T> {
  return asMe((token) => attemptOf(what, { ...asked, token })) as Promise<T>;
}

/**
 * Makes attempts with an access token; one that is refused is exchanged once.
 * @throws Refusal
 */
export async function asMe(attempt: (token: string) => () => Promise<Reply>): Promise<unknown> {
  const token = await accessToken();
  try {
    return await insist(attempt(token), nobodyAnswers);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
  }
  try {
    return await insist(attempt(await accessToken(token)), nobodyAnswers);
  } catch (error) {
    if (isUnauthorized(error)) await sessionEnded();
    throw error;
  }
}

const isUnauthorized = (error: unknown) => error instanceof Refusal && error.status === 401;
