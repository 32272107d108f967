import { randomUUID } from "node:crypto";

/** An account made for a test, and removed after it. */
export interface TestAccount {
  handle: string;
  email: string;
  password: string;
}

export function inventAccount(purpose: string): TestAccount {
  const handle = `${purpose}${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  return { handle, email: `${handle}@example.com`, password: randomUUID() };
}

export function json(method: string, body: object, headers: Record<string, string> = {}): RequestInit {
  return { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/**
 * Removes the account with everything in it.
 * @returns whether the service can do that: releases before it answer 404 or 405, and the account stays.
 * @throws Error when it should have, and did not.
 */
export async function removeAccount(
  apiUrl: string,
  { password }: TestAccount,
  accessToken: string,
): Promise<boolean> {
  const request = json("DELETE", { password }, { authorization: `Bearer ${accessToken}` });
  const signal = AbortSignal.timeout(30_000);
  const answer = await fetch(`${apiUrl}/api/v1/me`, { ...request, signal });
  await answer.arrayBuffer();
  if (answer.status === 404 || answer.status === 405) return false;
  if (answer.status !== 204) throw new Error(`removing the account answered ${answer.status} instead of 204`);
  return true;
}

/** Removes the account after a failure, if it was made and the service still can; whatever else fails is less than that. */
export async function removeLeftAccount(apiUrl: string, account: TestAccount): Promise<void> {
  const { handle, password } = account;
  const request = json("POST", { handle, password });
  try {
    const signal = AbortSignal.timeout(30_000);
    const answer = await fetch(`${apiUrl}/api/v1/sessions`, { ...request, signal });
    const { accessToken } = (await answer.json()) as { accessToken?: string };
    if (accessToken) await removeAccount(apiUrl, account, accessToken);
  } catch {
    // The failure that led here is what is told.
  }
}
