import { createHash } from "node:crypto";
import type { Content } from "../encode/checksum.ts";
import type { ImportPlan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { fitted, literal } from "../translate/names.ts";
import { inSchema, recordTable } from "./own-tables.ts";

/** What an import records in its schema. */
export interface ImportRecord {
  /** SHA-256 over the file's bytes, the mapping and the list of uploads. */
  inputs: string;
  /** SHA-256 over the plan and the content of every table of the file. */
  content: string;
  importedAt: string;
  /** Names of its tables and views in Postgres. */
  relations?: string[];
}

/** @returns The record; "foreign" for a schema of that name that is none of an import's; undefined for no schema. */
export async function findRecord(
  session: Session,
  schema: string,
): Promise<ImportRecord | "foreign" | undefined> {
  // From the catalogue: we may lack rights on someone else's schema.
  const [there] = await session.query(`
    select count(*) > 0, count(c.oid) > 0 from pg_namespace n
    left join pg_class c on c.relnamespace = n.oid and c.relname = ${literal(recordTable)}
    where n.nspname = ${literal(schema)}`);
  if (there?.[0] !== "t") return undefined;
  if (there[1] !== "t") return "foreign";
  const [row] = await session.query(
    `select inputs, content, imported_at::timestamptz(0), to_jsonb(r) -> 'relations' from ${inSchema(schema, recordTable)} r`,
  );
  const [inputs, content, importedAt, relations] = row ?? [];
  if (!inputs || !content || !importedAt) return "foreign";
  // Earlier releases did not record them.
  return { inputs, content, importedAt, ...(relations && { relations: JSON.parse(relations) as string[] }) };
}

export async function writeRecord(
  session: Session,
  { schema, remarks, tables: planned, views }: ImportPlan,
  record: Pick<ImportRecord, "inputs" | "content"> & { file: string; tables: Record<string, Content> },
): Promise<void> {
  const table = inSchema(schema, recordTable);
  const tables = Object.entries(record.tables).map(([name, { rows, checksum }]) => ({
    ...{ name, rows, checksum: String(checksum) },
  }));
  const relations = [...planned.map(({ name }) => name), ...views.map(({ name }) => fitted(name))];
  await session.query(`
    create table ${table} (
      file text not null, inputs text not null, content text not null,
      tables jsonb not null, remarks jsonb not null, relations jsonb not null, imported_at timestamptz not null default now()
    );
    comment on table ${table} is 'Written by npm run import:sqlite: what was imported here.';
    insert into ${table} (file, inputs, content, tables, remarks, relations) values (
      ${[
        record.file,
        record.inputs,
        record.content,
        JSON.stringify(tables),
        JSON.stringify(remarks),
        JSON.stringify(relations),
      ]
        .map((text) => literal(text.replaceAll("\0", "\ufffd").replaceAll("\\u0000", "\\ufffd")))
        .join(", ")}
    )`);
}

/** What the tables of the file come to, whatever its bytes are: a VACUUM changes nothing of it. */
export function contentDigest({ tables }: ImportPlan, contents: Map<string, Content>): string {
  const parts = tables.map(({ source, columns }) => {
    const content = contents.get(source.name);
    const types = columns.map(({ name, type }) => [name, type]);
    return [source.name, source.sql, types, content?.rows, String(content?.checksum)];
  });
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
