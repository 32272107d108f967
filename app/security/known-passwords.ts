import { dictionary } from "@zxcvbn-ts/language-common";
import { Problem } from "../problem.ts";

/** The passwords that are guessed first, as those who break them have published them; shorter ones are refused anyway. */
const known = new Set(dictionary.passwords.filter(({ length }) => length >= 8));

/** Whether a password is among the first guesses, however it is spelt in upper and lower case. */
export function isKnownPassword(password: string): boolean {
  const folded = password.normalize("NFKC").toLowerCase();
  // One character, or two, over and over.
  return known.has(folded) || /^(.{1,2}?)\1+$/.test(folded);
}

/**
 * @param account Whose password it is to be: its names are guessed first as well.
 * @throws Problem 400 for a password that anyone who guesses tries first.
 */
export function demandGoodPassword(password: string, account: { handle: string; email: string }): void {
  if (isKnownPassword(password)) {
    throw new Problem(400, "known-password", "This password is among those that are guessed first.");
  }
  const folded = password.normalize("NFKC").toLowerCase();
  const [mailbox] = account.email.split("@");
  if ([account.handle, account.email, mailbox].includes(folded)) {
    throw new Problem(400, "known-password", "This password is the handle or the email of its account.");
  }
}
