import type { Part } from "./part.ts";

/** psql in a database node's container, as its superuser: Postgres knows the system user, so there is no password. */
export const psqlProgram = [
  ...["psql", "--no-psqlrc", "--host", "/run/postgresql"],
  ...["--username", "postgres"],
];

/** Runs statements on a database node as its superuser. */
export function psql(part: Part, statements: string): Promise<string> {
  return part.run([...psqlProgram, "--quiet"], statements);
}
