import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";

/**
 * The role with the application's rights: it reads and writes rows and changes no schema. It is the login of the first
 * password; every later one has a login of its own, a member of this role, so that two work side by side while a
 * rotation rolls through the nodes.
 */
export const applicationUser = "capstone";

export interface ApplicationLogin {
  /** `capstone`, or `capstone_<generation>`. */
  name: string;
  password: string;
}

/**
 * Creates the application's login, or gives it this password, and grants it only what it needs.
 * Postgres is given a SCRAM verifier, so the password is in no statement and no log.
 */
export async function grantApplicationUser(
  database: Kysely<unknown>,
  { name, password }: ApplicationLogin,
): Promise<void> {
  const user = sql.id(applicationUser);
  if (name !== applicationUser && !(await roleExists(database, applicationUser))) {
    await sql`create role ${user} nologin`.execute(database);
  }
  const verifier = sql.lit(scramVerifier(password));
  const action = (await roleExists(database, name)) ? sql`alter` : sql`create`;
  await sql`${action} role ${sql.id(name)} with login password ${verifier}`.execute(database);
  if (name !== applicationUser) await sql`grant ${user} to ${sql.id(name)}`.execute(database);

  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database);
  await sql`grant connect on database ${sql.id(rows[0]?.name ?? "")} to ${user}`.execute(database);
  await sql`grant usage on schema public to ${user}`.execute(database);
  await grantOnOwned(database, "table");
  await grantOnOwned(database, "sequence");
  await sql`alter default privileges in schema public
    grant select, insert, update, delete on tables to ${user}`.execute(database);
  await sql`alter default privileges in schema public grant usage on sequences to ${user}`.execute(database);
  // It may read the schema's version; only the owner changes the history.
  await sql`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${user}`.execute(
    database,
  );
}

/** What the application may do with each kind of pg_class.relkind. */
const granted = {
  table: { kinds: "rpvmf", privileges: "select, insert, update, delete" },
  sequence: { kinds: "S", privileges: "usage" },
};

/**
 * Like `grant … on all tables in schema public`, which fails altogether if one of them has another owner: what a
 * superuser made there by hand must not stop a deployment or a restore.
 */
async function grantOnOwned(database: Kysely<unknown>, object: keyof typeof granted): Promise<void> {
  const { kinds, privileges } = granted[object];
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and pg_has_role(relowner, 'usage')
      and strpos(${kinds}, relkind::text) > 0 order by relname`.execute(database);
  if (rows.length === 0) return;
  const names = sql.join(rows.map(({ name }) => sql.id("public", name)));
  await sql`grant ${sql.raw(privileges)} on ${sql.raw(object)} ${names} to ${sql.id(applicationUser)}`.execute(
    database,
  );
}

async function roleExists(database: Kysely<unknown>, name: string): Promise<boolean> {
  const { rows } = await sql`select from pg_roles where rolname = ${name}`.execute(database);
  return rows.length > 0;
}

/** What Postgres itself would store for the password (RFC 5802 and 7677). */
export function scramVerifier(password: string, salt = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const serverKey = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
