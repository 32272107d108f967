import { readFileSync } from "node:fs";
import postgres from "postgres";
import type { Part } from "../../running-stack/part.ts";

/** What a database node holds of one load's accounts. */
export interface Contents {
  accounts: { id: string; handle: string; bio: string; avatarKey: string | null }[];
  posts: { id: string; handle: string; body: string }[];
  sessions: { id: string; handle: string; ended: boolean }[];
}

const query = readFileSync(new URL("./contents.sql", import.meta.url), "utf8");

function queryFor(handlePrefix: string): string {
  if (!/^drill-[a-z0-9]+-?$/.test(handlePrefix))
    throw new Error(`${handlePrefix} is not a load's handle prefix.`);
  return query.replaceAll("HANDLES", handlePrefix);
}

/** Reads as the application does, through the stack's published port. */
export async function readThrough(url: string, handlePrefix: string): Promise<Contents> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false });
  try {
    const [row] = await sql.unsafe<{ contents: Contents }[]>(queryFor(handlePrefix));
    if (!row) throw new Error("The database gave no answer.");
    return row.contents;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Reads from one node directly, past the proxies. */
export async function readOn(part: Part, handlePrefix: string): Promise<Contents> {
  const psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--host", "/run/postgresql"];
  const login = ["--username", "postgres", "--dbname", "capstone"];
  return JSON.parse(await part.run([...psql, ...login], queryFor(handlePrefix))) as Contents;
}

/** Removes the load's accounts and everything that belongs to them. */
export async function removeAccounts(url: string, handlePrefix: string): Promise<void> {
  queryFor(handlePrefix);
  const sql = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false });
  try {
    await sql`delete from accounts where handle like ${`${handlePrefix}%`}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
