import { isUtf8 } from "node:buffer";
import { momentOf } from "../encode/moments.ts";
import { momentOfRuntime } from "../encode/runtime-moments.ts";
import { isTruth } from "../encode/types.ts";
import type { SqliteFile } from "./database.ts";
import { quoted, readingOf, type SqliteColumn, type SqliteTable } from "./schema.ts";

/** What a column really holds: SQLite keeps any kind of value in any column. */
export interface ColumnProfile {
  nulls: number;
  integers: number;
  reals: number;
  texts: number;
  blobs: number;
  /** 0 where there is none. */
  smallestInteger: bigint;
  largestInteger: bigint;
  /** 0 where there is none. */
  smallestReal: number;
  largestReal: number;
  /** The longest text or blob. */
  longestBytes: number;
  /** Texts that Postgres cannot keep as text: with a NUL, or not UTF-8. */
  unstorable: number;
  /** Empty texts. */
  empties: number;
  /** Texts such as `t` and `false`, where the column is declared for truth values. */
  truths: number;
  /** Of texts, where the column is declared for moments, or has held nothing else so far. */
  dates: number;
  timestamps: number;
  timestampsWithZone: number;
  /** Of these, the ones whose offset is not that of UTC. */
  offsets: number;
  /** As Go and .NET write them, which a mapping can have read. */
  runtimeTimestamps: number;
  runtimeTimestampsWithZone: number;
  /** Texts that are no JSON, where the column is declared for it. */
  notJson: number;
}

export interface TableProfile {
  rows: number;
  /** By the column's name. */
  columns: Map<string, ColumnProfile>;
}

export const isForMoments = ({ declared }: SqliteColumn): boolean => /DATE|TIMESTAMP/i.test(declared);
export const isForTruth = ({ declared }: SqliteColumn): boolean => /^BOOL/i.test(declared);
export const isForJson = ({ declared }: SqliteColumn): boolean => /^JSON/i.test(declared);

/** The replacement character, read in place of bytes that are not UTF-8. */
const replacement = "\ufffd";
const storableFunction = "capstone_storable";

/** Registers the function that `profileTable` uses. */
export function defineProfileFunction(file: SqliteFile): void {
  file.define(storableFunction, (value) =>
    value instanceof Uint8Array && isUtf8(value) && !value.includes(0) ? 1 : 0,
  );
}

/** Reads all of a table once. In SQLite's own aggregates the same takes six times as long. */
export function profileTable(file: SqliteFile, table: SqliteTable, utf16: boolean): TableProfile {
  const tallies = table.columns.map((column) => new Tally(column));
  const list = table.columns.map(readingOf).join(", ");
  let rows = 0;
  for (const values of file.exactRows(`select ${list} from ${quoted(table.name)}`)) {
    rows++;
    for (let index = 0; index < values.length; index++) (tallies[index] as Tally).add(values[index] ?? null);
  }
  const columns = new Map(tallies.map((tally) => [tally.column.name, tally.profile]));
  for (const { column, suspicious, profile } of tallies) {
    if (suspicious) profile.unstorable = countUnstorable(file, table.name, column, utf16);
  }
  return { rows, columns };
}

function countUnstorable(file: SqliteFile, table: string, column: SqliteColumn, utf16: boolean): number {
  const name = readingOf(column);
  // In a file of UTF-16, SQLite has made UTF-8 of it already; what is left is the NUL.
  const unstorable = utf16 ? `instr(${name}, char(0)) > 0` : `not ${storableFunction}(cast(${name} as blob))`;
  const [row] = file.describe<{ count: number }>(
    `select count(*) as count from ${quoted(table)} where typeof(${name}) = 'text' and ${unstorable}`,
  );
  return row?.count ?? 0;
}

/** Counts the values of one column. */
class Tally {
  readonly column: SqliteColumn;
  readonly profile: ColumnProfile = {
    ...{ nulls: 0, integers: 0, reals: 0, texts: 0, blobs: 0 },
    ...{ smallestInteger: 0n, largestInteger: 0n, smallestReal: 0, largestReal: 0 },
    ...{ longestBytes: 0, unstorable: 0, empties: 0, truths: 0, notJson: 0 },
    ...{ dates: 0, timestamps: 0, timestampsWithZone: 0, offsets: 0 },
    ...{ runtimeTimestamps: 0, runtimeTimestampsWithZone: 0 },
  };
  /** A text has a NUL, or what stands where it is not UTF-8: its bytes must be looked at. */
  suspicious = false;
  private readonly forMoments: boolean;
  private readonly forJson: boolean;
  private readonly forTruth: boolean;
  /** All texts so far are moments. */
  private onlyMoments = true;

  constructor(column: SqliteColumn) {
    this.column = column;
    this.forMoments = isForMoments(column);
    this.forJson = isForJson(column);
    this.forTruth = isForTruth(column);
  }

  add(value: null | bigint | number | string | Uint8Array): void {
    const { profile } = this;
    if (typeof value === "string") this.addText(value);
    else if (typeof value === "bigint") {
      if (profile.integers++ === 0) profile.smallestInteger = profile.largestInteger = value;
      else if (value < profile.smallestInteger) profile.smallestInteger = value;
      else if (value > profile.largestInteger) profile.largestInteger = value;
    } else if (typeof value === "number") {
      if (profile.reals++ === 0) profile.smallestReal = profile.largestReal = value;
      else if (value < profile.smallestReal) profile.smallestReal = value;
      else if (value > profile.largestReal) profile.largestReal = value;
    } else if (value === null) profile.nulls++;
    else {
      profile.blobs++;
      if (value.length > profile.longestBytes) profile.longestBytes = value.length;
    }
  }

  private addText(text: string): void {
    const { profile } = this;
    profile.texts++;
    if (text.length * 3 > profile.longestBytes) {
      profile.longestBytes = Math.max(profile.longestBytes, Buffer.byteLength(text));
    }
    if (text.includes("\0") || text.includes(replacement)) this.suspicious = true;
    if (text === "") profile.empties++;
    else if (this.forTruth && isTruth(text)) profile.truths++;
    else if (this.forMoments || this.onlyMoments) this.onlyMoments = this.addMoment(text) && this.onlyMoments;
    if (this.forJson && !isJson(text)) profile.notJson++;
  }

  /** @returns Whether it is one. */
  private addMoment(text: string): boolean {
    const { profile } = this;
    const form = momentOf(text)?.form;
    if (form === undefined) {
      const runtimeForm = momentOfRuntime(text)?.form;
      if (runtimeForm === "timestamp") profile.runtimeTimestamps++;
      else if (runtimeForm === "timestamptz") profile.runtimeTimestampsWithZone++;
      return runtimeForm !== undefined;
    }
    if (form === "date") profile.dates++;
    else if (form === "timestamp") profile.timestamps++;
    else {
      profile.timestampsWithZone++;
      if (!/(Z|[+-]00:?00)$/.test(text)) profile.offsets++;
    }
    return true;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
