import { isImportedHash } from "../../app/security/imported-hashes.ts";

const djangoPbkdf2 = /^pbkdf2_(sha1|sha256|sha512)\$(\d+)\$([^$]+)\$([A-Za-z0-9+/]+={0,2})$/;
const djangoScrypt = /^scrypt\$(\d+)\$([^$]+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/]+={0,2})$/;
const argon2 = /^\$argon2(id|i|d)\$/;

/** @returns The hash in a form that the service can check; undefined where there is none, or a plain password. */
export function passwordHashOf(text: string): string | undefined {
  const hash = inServiceForm(text.trim());
  return isImportedHash(hash) ? hash : undefined;
}

/** What differs from a form that the service knows in notation only. */
function inServiceForm(text: string): string {
  const [, digest, iterations, salt, tag] = djangoPbkdf2.exec(text) ?? [];
  if (tag !== undefined) return `pbkdf2:${digest}:${iterations}$${salt}$${hexOf(tag)}`;
  const [, n, scryptSalt, r, p, scryptTag] = djangoScrypt.exec(text) ?? [];
  if (scryptTag !== undefined) return `scrypt:${n}:${r}:${p}$${scryptSalt}$${hexOf(scryptTag)}`;
  // The service's own are made of normalized passwords, those of others are not.
  return argon2.test(text) ? `argon2${text}` : text;
}

const hexOf = (base64: string) => Buffer.from(base64, "base64").toString("hex");
