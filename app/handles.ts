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
  return lookAlikes.has(seen(foldHandle(handle)));
}

/** What the eye makes of a handle: letters that look alike are one, and what parts them is overlooked. */
function seen(folded: string): string {
  return folded
    .replace(/[_-]+/g, "")
    .replace(/[013457l]/g, (character) => likeness[character] as string)
    .replaceAll("rn", "m")
    .replaceAll("vv", "w");
}

const likeness: Record<string, string> = { 0: "o", 1: "i", l: "i", 3: "e", 4: "a", 5: "s", 7: "t" };
const lookAlikes = new Set([...reserved].map(seen));
