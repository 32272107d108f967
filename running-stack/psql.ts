import type { Part } from "./part.ts";

/** Runs statements on a database node as its superuser. */
export function psql(part: Part, statements: string): Promise<string> {
  const program = ["psql", "--no-psqlrc", "--quiet", "--host", "/run/postgresql", "--username", "postgres"];
  return part.run(program, statements);
}
