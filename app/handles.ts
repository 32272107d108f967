/** A handle as it is stored: Ada and ada are one. */
export function foldHandle(handle: string): string {
  return handle.toLowerCase();
}

/** The stored form of a handle in an address; undefined where it cannot be one. */
export function handleInAddress(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{3,40}$/.test(text) ? foldHandle(text) : undefined;
}

/** Handles under which somebody could pass for the service, or that look like a part of an address. */
const reserved = new Set(
  (
    "about abuse account accounts admin administrator api app assets avatar avatars billing capstone contact docs " +
    "everyone health help hostmaster info legal login logout mail me metrics moderator mod news no-reply noreply null " +
    "official openapi owner postmaster privacy root security session sessions settings signin signup staff status " +
    "support system sysadmin team terms undefined user users webmaster well-known www"
  ).split(" "),
);

/** Whether nobody may have the handle: it is reserved, or looks like one that is. */
export function isReserved(handle: string): boolean {
  const folded = foldHandle(handle);
  const lookedAt = folded.replace(/0/g, "o").replace(/[1l]/g, "i").replace(/[_-]+/g, "");
  return reserved.has(folded) || lookAlikes.has(lookedAt);
}

/** The reserved ones as they look: l, 1 and i are one letter to the eye, and so are 0 and o. */
const lookAlikes = new Set(
  [...reserved].map((handle) => handle.replace(/0/g, "o").replace(/[1l]/g, "i").replace(/[_-]+/g, "")),
);
