import type { Say } from "../plan/remarks.ts";
import { passwordHashOf } from "../service/password-hash.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted, type SqliteTable } from "../sqlite/schema.ts";
import { columnsOf } from "./column-roles.ts";
import type { UsersMapping } from "./mapping.ts";

/** Names of tables of users in many frameworks, with a prefix of their own (`auth_user`, `up_users`). */
const usersByName = /^([a-z]{1,12}_)?(user|account|member)s?$/i;
const roles = {
  handle: [
    "handle",
    "username",
    "user_name",
    "login",
    "user_login",
    "nickname",
    "nick",
    "screen_name",
    "name",
  ],
  email: ["email", "email_address", "mail", "user_email", "e_mail"],
  passwordHash: [
    ...[
      "password_hash",
      "pw_hash",
      "passwordhash",
      "hashed_password",
      "password_digest",
      "encrypted_password",
    ],
    ...[
      "crypted_password",
      "password_encrypted",
      "hash_password",
      "password",
      "passwd",
      "user_pass",
      "pass_hash",
    ],
  ],
  displayName: ["display_name", "displayname", "full_name", "fullname", "real_name"],
  bio: ["bio", "about_me", "about", "description"],
  avatar: [
    "avatar",
    "avatar_url",
    "avatar_path",
    "image_file",
    "profile_image",
    "profile_pic",
    "picture",
    "photo",
  ],
  createdAt: [
    ...["created_at", "created", "createdat", "date_joined", "member_since", "joined_at", "registered_at"],
    "registered_on",
  ],
};
/** How many values of a column tell what it holds. */
const sampled = 100;

interface Candidate extends UsersMapping {
  rows: number;
  hashes: number;
}

/** The table that holds the people who log in, by what it contains; what else was seen is said. */
export function findUsers(file: SqliteFile, tables: SqliteTable[], say: Say): UsersMapping | null {
  const candidates = tables.flatMap((table) => candidateOf(file, table, say) ?? []);
  const byWorth = candidates.toSorted(
    (one, other) =>
      Number(other.rows > 0) - Number(one.rows > 0) ||
      Number(usersByName.test(other.table)) - Number(usersByName.test(one.table)) ||
      Number(other.hashes > 0) - Number(one.hashes > 0) ||
      other.rows - one.rows,
  );
  const [best, ...others] = byWorth;
  if (!best) return null;
  for (const other of others) {
    const why = other.rows === 0 ? "it is empty" : `${best.table} is`;
    say(
      other.table,
      "note",
      `looks like users too, and is not taken as such, as ${why}: ${howTo(other)} takes it`,
    );
  }
  const { rows: _rows, hashes: _hashes, ...users } = best;
  return users;
}

function candidateOf(file: SqliteFile, table: SqliteTable, say: Say): Candidate | undefined {
  const found = columnsOf(table, roles);
  const byName = usersByName.test(table.name);
  const mayBe = byName || found.handle !== undefined || found.email !== undefined;
  const passwordHash = found.passwordHash ?? (mayBe ? columnOfHashes(file, table) : undefined);
  const hashes = passwordHash === undefined ? 0 : hashesIn(file, table.name, passwordHash);
  // Who logs in by an address gets a handle made of it.
  const handle = found.handle ?? found.email;
  if (!byName && hashes === 0) return undefined;
  if (!passwordHash || !handle) {
    const missing = passwordHash ? "no column with a name or an e-mail address" : "no column with passwords";
    const columns = { handle: handle ?? "COLUMN", ...(passwordHash && { passwordHash }) };
    say(
      table.name,
      "note",
      `is not taken for users, since ${missing} was found in it: ${howTo({ table: table.name, ...columns })} takes it`,
    );
    return undefined;
  }
  const [counted] = file.describe<{ rows: number }>(`select count(*) as rows from ${quoted(table.name)}`);
  return { table: table.name, ...found, handle, passwordHash, rows: counted?.rows ?? 0, hashes };
}

const howTo = ({ table, handle, passwordHash }: UsersMapping) =>
  `"users": ${JSON.stringify({ table, handle, passwordHash })} in a mapping file`;

/** A column without a telling name, whose texts are hashes that the service can check. */
function columnOfHashes(file: SqliteFile, table: SqliteTable): string | undefined {
  return table.columns.find(({ name }) => hashesIn(file, table.name, name) > 0)?.name;
}

function hashesIn(file: SqliteFile, table: string, column: string): number {
  try {
    const rows = file.describe<{ text: unknown }>(
      `select ${quoted(column)} as text from ${quoted(table)} limit ${sampled}`,
    );
    return rows.filter(({ text }) => typeof text === "string" && passwordHashOf(text) !== undefined).length;
  } catch {
    // A collation that is not here, or a number beyond 2^53.
    return 0;
  }
}
