import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { expect, inject } from "vitest";
import { migrate } from "../../../migrations/migrate.ts";
import type { Backends } from "./containers.ts";

const template = "capstone";
export const migrationsFolder = new URL("../../../migrations/", import.meta.url);

/** How a user logs in to one database. */
export interface Login {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  certificateAuthority: undefined;
  poolSize: number;
}

/** Migrates the database that the others are copied from. */
export async function migrateTemplate(backends: Backends): Promise<void> {
  await migrate({
    database: ownerLogin(backends, template),
    applicationPassword: backends.database.applicationPassword,
    folder: migrationsFolder,
    budgetMs: 30_000,
    log: () => {},
  });
}

export function ownerLogin({ database }: Backends, name: string): Login {
  return login(database, name, "capstone_owner", database.ownerPassword);
}

export function applicationLogin({ database }: Backends, name: string): Login {
  return login(database, name, "capstone", database.applicationPassword);
}

/** A connection of its own, for looking in from outside. */
export function connectAs({ host, port, database, user, password }: Login): postgres.Sql {
  return postgres({ host, port, database, user, password, max: 2, onnotice: () => {} });
}

/** Who may look everywhere and break everything. */
export function superuser(name = "postgres"): postgres.Sql {
  const { database } = inject("backends");
  return connectAs(login(database, name, "postgres", database.ownerPassword));
}

/** A new database, empty or with the schema. @returns Its name. */
export async function createDatabase(kind: "empty" | "migrated"): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const sql = superuser();
  try {
    const from = kind === "migrated" ? ` template ${template}` : "";
    await sql.unsafe(`create database ${name} owner capstone_owner${from}`);
    await sql.unsafe(
      `revoke all on database ${name} from public; grant connect on database ${name} to capstone`,
    );
  } finally {
    await sql.end();
  }
  if (kind === "empty") {
    const inside = superuser(name);
    await inside.unsafe("alter schema public owner to capstone_owner");
    await inside.end();
  }
  return name;
}

const tlsLock = 0x746c73;

/** All files use one server: while one of them has turned its TLS off, those that need it wait, and the other way round. */
export async function whileTlsIs(wanted: "offered" | "off", work: () => Promise<void>): Promise<void> {
  const sql = superuser();
  const session = await sql.reserve();
  const set = async (statement: string, setting: string) => {
    await session.unsafe(statement);
    await session`select pg_reload_conf()`;
    await expect.poll(async () => (await session`show ssl`)[0]?.ssl).toBe(setting);
  };
  const mode = wanted === "off" ? "" : "_shared";
  await session.unsafe(`select pg_advisory_lock${mode}(${tlsLock})`);
  try {
    if (wanted === "off") await set("alter system set ssl = off", "off");
    await work();
  } finally {
    if (wanted === "off") await set("alter system reset ssl", "on");
    await session.unsafe(`select pg_advisory_unlock${mode}(${tlsLock})`);
    session.release();
    await sql.end();
  }
}

function login(server: Backends["database"], database: string, user: string, password: string): Login {
  const { host, port } = server;
  return { host, port, database, user, password, certificateAuthority: undefined, poolSize: 10 };
}
