import { createHash } from "node:crypto";
import { type TypeName, typeNames, type Write, writerOf } from "../encode/types.ts";
import type { Session } from "../postgres/session.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import { literal } from "../translate/names.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import type { ViewPlan } from "../translate/view.ts";

/** Rows per fetch. */
const page = 5_000;
/** Sums of fractions differ in their last digits with the order of the rows. */
const digits = 12;

/** What a view comes to, in whichever order its rows are. */
export interface ViewContent {
  rows: number;
  sum: bigint;
}

type SqliteValue = null | bigint | number | string | Uint8Array;

/** A column of a view in Postgres. */
interface ViewColumn {
  type: string;
  /** How a moment in SQLite is read. */
  write: Write | undefined;
}

/** @throws ServerRefusal when the view fails there. */
export async function contentInPostgres(
  session: Session,
  { address }: ViewPlan,
  columns: readonly ViewColumn[],
): Promise<ViewContent> {
  const content = new RowSum();
  await session.query(`declare capstone_view no scroll cursor for select * from ${address}`);
  for (;;) {
    const rows = await session.query(`fetch ${page} from capstone_view`);
    for (const row of rows) content.add(row.map((text, index) => ofPostgres(text, columns[index])));
    if (rows.length < page) break;
  }
  await session.query("close capstone_view");
  return content;
}

/** @throws Whatever SQLite cannot read. */
export function contentInSqlite(
  file: SqliteFile,
  { name }: ViewPlan,
  columns: readonly ViewColumn[],
): ViewContent {
  const content = new RowSum();
  for (const row of file.exactRows(`select * from ${quoted(name)}`))
    content.add(row.map((value, index) => ofSqlite(value as SqliteValue, columns[index])));
  return content;
}

/** The columns of a view, with the way that the tables' columns of the same name are read. */
export async function columnsOfView(
  session: Session,
  { address }: ViewPlan,
  tables: readonly TablePlan[],
): Promise<ViewColumn[]> {
  const rows = await session.query(
    `select attname, format_type(atttypid, null) from pg_attribute where attrelid = ${literal(address)}::regclass and attnum > 0 order by attnum`,
  );
  return rows.map(([name, written]) => {
    const type = (written ?? "")
      .replace(" without time zone", "")
      .replace(/^timestamp with time zone$/, "timestamptz");
    const same = tables
      .flatMap(({ columns }) => columns)
      .find((one) => one.name === name && one.type === type);
    const known = (typeNames as readonly string[]).includes(type);
    return { type, write: same?.write ?? (known ? writerOf(type as TypeName) : undefined) };
  });
}

class RowSum implements ViewContent {
  rows = 0;
  sum = 0n;

  add(values: string[]): void {
    this.rows++;
    const digest = createHash("md5").update(JSON.stringify(values)).digest();
    this.sum = BigInt.asUintN(64, this.sum + digest.readBigUInt64BE(0));
  }
}

const isMoment = (type: string) => type === "date" || type.startsWith("timestamp");
const space = Buffer.alloc(64);

function encoded(value: string | number, write: Write | undefined): string {
  try {
    return space.toString("hex", 0, write?.(value, space, 0) ?? 0);
  } catch {
    return `no moment: ${value}`;
  }
}

const ofNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? `n${value}` : `n${Number(value.toPrecision(digits))}`;

function ofPostgres(text: string | null, column: ViewColumn | undefined): string {
  if (text === null) return "null";
  const type = column?.type ?? "text";
  if (type === "boolean") return text === "t" ? "n1" : "n0";
  if (type === "bytea") return `b${text.slice(2)}`;
  if (/^(bigint|integer|smallint)$/.test(type)) return `n${BigInt(text)}`;
  if (/^(numeric|double precision|real)$/.test(type)) return ofNumber(Number(text));
  // In UTC, which the session is set to.
  if (isMoment(type)) return encoded(text.replace(/\+00$/, "Z"), writerOf(type as TypeName));
  return `t${text}`;
}

function ofSqlite(value: SqliteValue, column: ViewColumn | undefined): string {
  if (value === null) return "null";
  const type = column?.type ?? "text";
  if (type === "bytea") return `b${Buffer.from(value as Uint8Array | string).toString("hex")}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")}`;
  if (isMoment(type)) return encoded(typeof value === "bigint" ? Number(value) : value, column?.write);
  if (typeof value === "bigint") return `n${value}`;
  return typeof value === "number" ? ofNumber(value) : `t${value}`;
}
