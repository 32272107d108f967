import { sql } from "kysely";
import type { DatabaseAccess } from "./database/access.ts";
import { patiently } from "./database/deadline.ts";
import type { ObjectStore } from "./object-store.ts";

export interface Dependency {
  name: string;
  state: "up" | "down";
  latencyMs: number;
}

/** The answer comes within two seconds, even if something hangs. */
const patienceMs = 1_500;

/** Checks what the service depends on. Concurrent callers share one check, so it costs little. */
export class DependencyCheck {
  private readonly database: DatabaseAccess;
  private readonly objectStore: ObjectStore;
  private looking: Promise<Dependency[]> | undefined;

  constructor(database: DatabaseAccess, objectStore: ObjectStore) {
    this.database = database;
    this.objectStore = objectStore;
  }

  ask(): Promise<Dependency[]> {
    this.looking ??= Promise.all([
      look("database", sql`select 1`.execute(this.database.direct)),
      look("object-store", this.objectStore.ask(patienceMs)),
    ]).finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }
}

async function look(name: string, answer: Promise<unknown>): Promise<Dependency> {
  const startedAt = performance.now();
  const up = answer.then(() => "up" as const);
  const state = await patiently<Dependency["state"]>(patienceMs, up, () => "down");
  return { name, state, latencyMs: Math.round((performance.now() - startedAt) * 10) / 10 };
}
