// What the browser keeps for the page. Where it keeps nothing, the page works until it is left.

const storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> =
  usable() ??
  new (class {
    private readonly texts = new Map<string, string>();
    getItem = (name: string) => this.texts.get(name) ?? null;
    setItem = (name: string, text: string) => void this.texts.set(name, text);
    removeItem = (name: string) => void this.texts.delete(name);
  })();

/** A browser may be told to keep nothing: then even to ask for it throws. */
function usable(): Storage | undefined {
  try {
    localStorage.setItem("capstone.try", "");
    localStorage.removeItem("capstone.try");
    return localStorage;
  } catch {
    return undefined;
  }
}

/** Parsed; undefined where there is none. */
export function kept<T>(name: string): T | undefined {
  try {
    return JSON.parse(storage.getItem(name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it; undefined forgets it. */
export function keep(name: string, value: unknown): void {
  if (value === undefined) storage.removeItem(name);
  else storage.setItem(name, JSON.stringify(value));
}
