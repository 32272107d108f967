import { join } from "node:path";
import { vi } from "vitest";
import { projectRoot } from "../../../../infra/project.ts";

/** A module of the page as a tab that was just opened has it. Its types are a browser's, which tests do not have. */
export async function pageModule<T>(name: string): Promise<T> {
  vi.resetModules();
  return (await import(join(projectRoot, "app/page", name))) as T;
}

/** What the browser keeps, for all tabs. */
export function keptInBrowser(): Map<string, string> {
  const texts = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
    removeItem: (name: string) => void texts.delete(name),
  });
  return texts;
}

/** The service's answer to a request, as the browser gets it. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}
