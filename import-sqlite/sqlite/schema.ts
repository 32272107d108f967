import type { NumberOfMoments } from "../encode/moments.ts";
import { readIndexText, readTableText, type TableText } from "./create-table.ts";
import type { SqliteFile } from "./database.ts";
import { isOfExtension } from "./shadow.ts";
import type { Token } from "./tokens.ts";

export interface SqliteColumn {
  name: string;
  /** As it was declared; empty where it was not. */
  declared: string;
  notNull: boolean;
  /** SQL; null where there is none. */
  defaultText: string | null;
  /** From 1; 0 for a column that is not in the primary key. */
  primaryKey: number;
  generated: "no" | "virtual" | "stored";
  /** What its numbers count, where the file itself says so. */
  numbers?: NumberOfMoments;
  /** The file is in UTF-16, so a text's bytes there are not those of UTF-8. */
  utf16?: boolean;
  /** The SQL that reads it, where that is not the column as it is. */
  reads?: string;
}

export interface SqliteIndex {
  name: string;
  unique: boolean;
  /** Made by hand, by a UNIQUE constraint, or by a primary key. */
  origin: "c" | "u" | "pk";
  keys: { column: string | undefined; expression: Token[]; descending: boolean; collation: string }[];
  where: Token[] | undefined;
}

export interface SqliteForeignKey {
  id: number;
  table: string;
  from: string[];
  /** Empty for the primary key of the table. */
  to: string[];
  onUpdate: string;
  onDelete: string;
}

export interface SqliteTable {
  name: string;
  kind: "table" | "virtual";
  sql: string;
  withoutRowid: boolean;
  strict: boolean;
  columns: SqliteColumn[];
  indexes: SqliteIndex[];
  foreignKeys: SqliteForeignKey[];
  text: TableText;
  /** Of AUTOINCREMENT: the largest number ever given. */
  sequence: bigint;
}

export interface SqliteSchema {
  encoding: string;
  tables: SqliteTable[];
  views: { name: string; sql: string }[];
  triggers: { name: string; table: string }[];
  /** Tables in which an extension of SQLite keeps its own data. */
  shadows: string[];
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The SQL that reads a column's values. */
export const readingOf = ({ name, reads }: SqliteColumn): string => reads ?? quoted(name);

export function readSchema(file: SqliteFile): SqliteSchema {
  const listed = file.describe<{ name: string; type: string; wr: number; strict: number }>(
    "select name, type, wr, strict from pragma_table_list where schema = 'main' order by name",
  );
  const texts = new Map(
    file
      .describe<{ name: string; sql: string | null }>("select name, sql from sqlite_schema")
      .map(({ name, sql }) => [name, sql ?? ""]),
  );
  // Core Data's: there every moment is in seconds since 2001.
  const ofCoreData = listed.some(({ name }) => name === "Z_METADATA");
  const encoding = file.describe<{ encoding: string }>("pragma encoding")[0]?.encoding ?? "UTF-8";
  const own = listed.filter(({ name }) => !name.toLowerCase().startsWith("sqlite_"));
  const shadows = own.flatMap(({ name, type }) =>
    type === "shadow" && isOfExtension(file, name) ? [name] : [],
  );
  const tables = own.filter(({ name, type }) => type !== "view" && !shadows.includes(name));
  return {
    encoding,
    tables: tables.map(({ name, type, wr, strict }) => ({
      name,
      kind: type === "virtual" ? "virtual" : "table",
      sql: texts.get(name) ?? "",
      withoutRowid: wr === 1,
      strict: strict === 1,
      columns: [
        ...rowIds(texts.get(name) ?? ""),
        ...readColumns(file, name, ofCoreData && name.startsWith("Z")),
      ].map((column) => (encoding === "UTF-8" ? column : { ...column, utf16: true })),
      indexes: readIndexes(file, name, texts),
      foreignKeys: readForeignKeys(file, name),
      text: readTableText(type === "virtual" ? "" : (texts.get(name) ?? "")),
      sequence: readSequence(file, name),
    })),
    views: own
      .filter(({ type }) => type === "view")
      .map(({ name }) => ({ name, sql: texts.get(name) ?? "" })),
    triggers: file.describe("select name, tbl_name as 'table' from sqlite_schema where type = 'trigger'"),
    shadows,
  };
}

/** Other tables refer to the rows of a full-text index by their numbers, which no column of it has. */
function rowIds(sql: string): SqliteColumn[] {
  if (!/^create\s+virtual\s+table[\s\S]*?\susing\s+["'`[]?fts[345]\b/i.test(sql)) return [];
  return [
    {
      ...{ name: "rowid", declared: "INTEGER", notNull: false, defaultText: null },
      ...{ primaryKey: 1, generated: "no" },
    },
  ];
}

function readColumns(file: SqliteFile, table: string, ofCoreData: boolean): SqliteColumn[] {
  interface Info {
    name: string;
    type: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
    hidden: number;
  }
  const infos = columnInfos<Info>(file, table);
  return infos
    .filter(({ hidden }) => hidden !== 1)
    .map((info) => ({
      name: info.name,
      declared: info.type.replace(/\s*GENERATED ALWAYS$/i, ""),
      notNull: info.notnull === 1,
      defaultText: info.dflt_value,
      primaryKey: info.pk,
      generated: info.hidden === 2 ? "virtual" : info.hidden === 3 ? "stored" : "no",
      ...(ofCoreData && /^timestamp$/i.test(info.type) && { numbers: "apple-seconds" as const }),
    }));
}

/** @returns None for a virtual table whose module SQLite here does not have. */
function columnInfos<Info>(file: SqliteFile, table: string): Info[] {
  try {
    return file.describe<Info>("select * from pragma_table_xinfo(?)", table);
  } catch (error) {
    if (/no such module|tokenizer/.test((error as Error).message)) return [];
    throw error;
  }
}

function readIndexes(file: SqliteFile, table: string, texts: Map<string, string>): SqliteIndex[] {
  const list = file.describe<{ name: string; unique: number; origin: "c" | "u" | "pk" }>(
    'select name, "unique", origin from pragma_index_list(?)',
    table,
  );
  return list.map(({ name, unique, origin }) => {
    const text = origin === "c" ? readIndexText(texts.get(name) ?? "") : undefined;
    const keys = file.describe<{ name: string | null; desc: number; coll: string }>(
      'select name, "desc", coll from pragma_index_xinfo(?) where key = 1 order by seqno',
      name,
    );
    return {
      name,
      unique: unique === 1,
      origin,
      keys: keys.map((key, position) => ({
        column: key.name ?? undefined,
        expression: text?.keys[position] ?? [],
        descending: key.desc === 1,
        collation: key.coll.toUpperCase(),
      })),
      where: text?.where,
    };
  });
}

function readForeignKeys(file: SqliteFile, table: string): SqliteForeignKey[] {
  interface Part {
    id: number;
    table: string;
    from: string;
    to: string | null;
    on_update: string;
    on_delete: string;
  }
  const parts = file.describe<Part>("select * from pragma_foreign_key_list(?) order by id, seq", table);
  return [...Map.groupBy(parts, ({ id }) => id).values()].map((columns) => {
    const [first] = columns as [Part];
    return {
      id: first.id,
      table: first.table,
      from: columns.map(({ from }) => from),
      to: columns.flatMap(({ to }) => (to === null ? [] : [to])),
      onUpdate: first.on_update,
      onDelete: first.on_delete,
    };
  });
}

function readSequence(file: SqliteFile, table: string): bigint {
  const [known] = file.describe<{ name: string }>(
    "select name from sqlite_schema where name = 'sqlite_sequence'",
  );
  if (!known) return 0n;
  const rows = file.describe<{ seq: string }>(
    "select cast(seq as text) as seq from sqlite_sequence where name = ? and typeof(seq) = 'integer'",
    table,
  );
  return BigInt(rows[0]?.seq ?? 0);
}
