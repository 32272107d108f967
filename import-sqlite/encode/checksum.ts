import { hash } from "node:crypto";
import { type TypeName, typeIds, writeInt32 } from "./types.ts";

/** What a table holds, whatever the order of its rows. */
export interface Content {
  rows: number;
  /** The sum over all rows of the first 64 bits, signed, of the MD5 of the row's binary form. */
  checksum: bigint;
}

/** Two halves of many numbers are summed as doubles, which hold them exactly for this many rows. */
const flushAfter = 1_000_000;

/**
 * Sums up rows as Postgres does in `contentQuery`. MD5 guards against mistakes, not attackers.
 */
export class ContentSum {
  private count = 0;
  private high = 0;
  private low = 0;
  private flushed = 0n;

  /** @param record The row as `record_send` of Postgres writes it. */
  add(record: Buffer): void {
    const digest = hash("md5", record, "buffer");
    this.high += digest.readInt32BE(0);
    this.low += digest.readUInt32BE(4);
    this.count++;
    if (this.count % flushAfter === 0) this.flush();
  }

  get content(): Content {
    this.flush();
    return { rows: this.count, checksum: this.flushed };
  }

  private flush(): void {
    this.flushed += BigInt(this.high) * 4_294_967_296n + BigInt(this.low);
    this.high = 0;
    this.low = 0;
  }
}

/**
 * The same in SQL. @param columns Quoted, in the order in which they are encoded.
 * @param condition Follows the table's name, as in ` where …`.
 */
export function contentQuery(table: string, columns: string[], condition = ""): string {
  const record = `record_send(row(${columns.join(", ")}))`;
  const bits = `('x' || substr(md5(${record}), 1, 16))::bit(64)::bigint`;
  return `select count(*), coalesce(sum(${bits}), 0) from ${table}${condition}`;
}

/** Builds a row as `record_send` writes it: the count of columns; for each its type, its length and its bytes. */
export class RecordBuilder {
  private buffer = Buffer.alloc(64 * 1024);
  private at = 0;

  begin(columns: number): void {
    writeInt32(this.buffer, 0, columns);
    this.at = 4;
  }

  /** @param field The length and the bytes, as they stand in a COPY. */
  add(type: TypeName, source: Buffer, start: number, end: number): void {
    const length = end - start;
    this.reserve(length + 4);
    writeInt32(this.buffer, this.at, typeIds[type]);
    const at = this.at + 4;
    if (length > 64) source.copy(this.buffer, at, start, end);
    else
      for (let index = 0; index < length; index++) this.buffer[at + index] = source[start + index] as number;
    this.at = at + length;
  }

  end(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.alloc(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}
