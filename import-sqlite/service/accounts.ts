import { noPassword } from "../../app/security/imported-hashes.ts";
import { PersonError } from "../../infra/errors.ts";
import type { UsersMapping } from "../mapping/mapping.ts";
import { Examples } from "../plan/examples.ts";
import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import type { SqlValue } from "../sqlite/values.ts";
import { emailOf, handleOf, numbered, uuidOf } from "./identifiers.ts";
import { findImage } from "./images.ts";
import { msOf } from "./moment.ts";
import { passwordHashOf } from "./password-hash.ts";
import type { Scratch } from "./scratch.ts";

export interface AccountsPlan {
  mapping: UsersMapping;
  accounts: number;
}

interface Cells {
  key: SqlValue;
  handle: SqlValue;
  email: SqlValue;
  passwordHash: SqlValue;
  displayName: SqlValue;
  bio: SqlValue;
  avatar: SqlValue;
  createdAt: SqlValue;
}
const roles = [
  "key",
  "handle",
  "email",
  "passwordHash",
  "displayName",
  "bio",
  "avatar",
  "createdAt",
] as const;

/** Makes an account for each user. What the service cannot store as it is, is changed and reported. */
export class AccountsPlanner {
  private readonly scratch: Scratch;
  private readonly mapping: UsersMapping;
  private readonly schema: string;
  private readonly assetsUrl: string;
  /** For users without a creation time. */
  private readonly nowMs = Date.now();
  private readonly changed = new Examples();

  constructor(scratch: Scratch, mapping: UsersMapping, schema: string, assetsUrl: string) {
    this.scratch = scratch;
    this.mapping = mapping;
    this.schema = schema;
    this.assetsUrl = assetsUrl;
  }

  plan(file: SqliteFile, withUploads: boolean, say: Say): AccountsPlan {
    const { mapping } = this;
    let accounts = 0;
    for (const values of rolesOf(file, mapping, roles, mapping.closed)) {
      const cells = Object.fromEntries(
        roles.map((role, index) => [role, values[index] ?? null]),
      ) as unknown as Cells;
      this.add(cells, ++accounts, values.at(-1) === 1, withUploads);
    }
    this.changed.sayAll(mapping.table, say);
    return { mapping, accounts };
  }

  private add(cells: Cells, row: number, closed: boolean, withUploads: boolean): void {
    const key = cells.key ?? row;
    const shown = textOf(cells.handle) || `row ${row}`;
    const createdMs = msOf(cells.createdAt);
    if (createdMs === undefined && this.mapping.createdAt)
      this.changed.add("have no such moment in createdAt: they are dated now", shown);
    const id = uuidOf(["account", this.schema, this.mapping.table, String(key)], createdMs ?? this.nowMs);
    if (this.scratch.first("select 1 from taken where id = ?", id)) throw leftBehind(this.schema);
    const handle = this.handle(cells, String(key));
    const avatar = withUploads ? this.avatar(id, cells.avatar, shown) : undefined;
    this.scratch.run(
      "insert into accounts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...[key, id, handle, this.email(cells.email, handle)],
      closed ? this.closed(shown) : this.passwordHash(cells.passwordHash, shown),
      ...[this.text(cells.displayName, shown), this.text(cells.bio, shown), avatar?.path ?? null],
      ...[avatar?.key ?? null, avatar ? `${this.assetsUrl}/${avatar.key}` : null, createdMs ?? this.nowMs],
      Number(closed),
    );
  }

  private handle({ handle: cell, email }: Cells, key: string): string {
    const name = textOf(cell);
    const wanted = handleOf(
      name.includes("@") && name === textOf(email) ? name.slice(0, name.indexOf("@")) : name,
      key,
    );
    let handle = wanted;
    for (let number = 2; this.isTaken("handle", handle); number++) handle = numbered(wanted, number);
    if (handle !== name.toLowerCase())
      this.changed.add(
        "log in under another handle, as the service's handles are 3 to 40 of a-z, 0-9, _ and - and each is given once",
        `${name || key} as ${handle}`,
      );
    return handle;
  }

  private email(cell: SqlValue, handle: string): string {
    const email = emailOf(textOf(cell));
    if (email !== undefined && !this.isTaken("email", email)) return email;
    const placeholder = `${handle}@imported.invalid`;
    this.changed.add(
      email === undefined
        ? "have no email address: they get one that leads nowhere"
        : "have an email address that another account has: they get one that leads nowhere",
      email === undefined ? placeholder : `${email} becomes ${placeholder}`,
    );
    return placeholder;
  }

  /** An account that was closed stays closed. */
  private closed(shown: string): string {
    this.changed.add(
      `are closed (${this.mapping.closed}): they get an account that nobody can log in to; "closed" in a mapping file says otherwise`,
      shown,
    );
    return noPassword;
  }

  private passwordHash(cell: SqlValue, shown: string): string {
    const hash = passwordHashOf(textOf(cell));
    if (hash === undefined)
      this.changed.add(
        "have a password in no form that can be checked (bcrypt, scrypt, PBKDF2 and Argon2 can, as common frameworks write them): they cannot log in",
        shown,
      );
    return hash ?? noPassword;
  }

  private avatar(id: string, cell: SqlValue, shown: string): { path: string; key: string } | undefined {
    const text = textOf(cell);
    if (text === "") return undefined;
    const image = findImage(this.scratch, text);
    if (image) return { path: image.path, key: `avatars/${id}/${image.hash}.${image.extension}` };
    this.changed.add(
      "have an avatar that is no image in the folder of uploads: they get none",
      `${shown} ${text.slice(0, 60)}`,
    );
    return undefined;
  }

  private text(cell: SqlValue, shown: string): string {
    const text = textOf(cell);
    if (!text.includes("\0")) return text;
    this.changed.add("have a NUL in a text: U+FFFD takes its place", shown);
    return text.replaceAll("\0", "\ufffd");
  }

  private isTaken(column: "handle" | "email", value: string): boolean {
    const { scratch } = this;
    return (
      scratch.first(`select 1 from accounts where ${column} = ?`, value) !== undefined ||
      scratch.first(`select 1 from taken where ${column} = ?`, value) !== undefined
    );
  }
}

/** Whoever drops a schema by hand keeps the accounts that came with it. */
const leftBehind = (schema: string) =>
  new PersonError(
    `The service still has accounts of an earlier import into the schema ${schema}, which is gone. Name another as "schema" in a mapping file to import them once more beside those, or delete those accounts first. Nothing was imported.`,
  );

export function textOf(value: SqlValue): string {
  if (value === null) return "";
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);
}

/**
 * The columns of each role, NULL where there is none, and behind them 1 where the condition holds and else 0. A whole
 * number beyond 2^53 comes as text.
 */
export function* rolesOf<Role extends string>(
  file: SqliteFile,
  mapping: Partial<Record<Role, string>> & { table: string },
  those: readonly Role[],
  condition: string | null | undefined,
): Generator<SqlValue[]> {
  const list = those.map((role) => {
    const column = mapping[role];
    return column === undefined ? "null" : quoted(column);
  });
  const withheld = condition ? `coalesce((${condition}), 0) <> 0` : "0";
  for (const row of file.exactRows(`select ${list.join(", ")}, ${withheld} from ${quoted(mapping.table)}`)) {
    yield row.map((value) => (typeof value === "bigint" ? plainNumber(value) : value));
  }
}

const plainNumber = (value: bigint): SqlValue =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
