import { isImportedHash } from "../../app/security/imported-hashes.ts";
import { isCurrentHash } from "../../app/security/passwords.ts";

const djangoForm = /^pbkdf2_(sha1|sha256|sha512)\$(\d+)\$([^$]+)\$([A-Za-z0-9+/]+={0,2})$/;

/** @returns The hash in a form that the service can check; undefined where there is none, or a plain password. */
export function passwordHashOf(text: string): string | undefined {
  const [, digest, iterations, salt, tag] = djangoForm.exec(text) ?? [];
  // Django's differs only in notation.
  const hash =
    tag === undefined
      ? text
      : `pbkdf2:${digest}:${iterations}$${salt}$${Buffer.from(tag, "base64").toString("hex")}`;
  return isCurrentHash(hash) || isImportedHash(hash) ? hash : undefined;
}
