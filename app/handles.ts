/** A handle as it is stored: Ada and ada are one. */
export function foldHandle(handle: string): string {
  return handle.toLowerCase();
}

/** The stored form of a handle in an address; undefined where it cannot be one. */
export function handleInAddress(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{3,40}$/.test(text) ? foldHandle(text) : undefined;
}
