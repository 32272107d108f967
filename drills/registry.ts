import { readdirSync } from "node:fs";
import { PersonError } from "../infra/errors.ts";
import type { Drill } from "./drill.ts";

const folder = new URL("./scenarios/", import.meta.url);

/** Every drill by the name of its file. */
export async function loadDrills(): Promise<Map<string, Drill>> {
  const drills = new Map<string, Drill>();
  for (const file of readdirSync(folder).toSorted()) {
    const { drill } = (await import(new URL(file, folder).href)) as { drill: Drill };
    drills.set(file.replace(/\.ts$/, ""), drill);
  }
  return drills;
}

/**
 * The named drills in the order of their names on the command line; all when none is named.
 * @throws PersonError for an unknown name.
 */
export function chooseDrills(drills: Map<string, Drill>, names: string[]): Map<string, Drill> {
  if (names.length === 0) return drills;
  return new Map(
    names.map((name) => {
      const drill = drills.get(name);
      if (!drill) throw new PersonError(`There is no drill "${name}"; \`npm run drill -- --list\` has them.`);
      return [name, drill];
    }),
  );
}
