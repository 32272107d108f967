import type { SqlValue } from "../sqlite/values.ts";
import { type Content, ContentSum, RecordBuilder } from "./checksum.ts";
import { InvalidValue, type TypeName, type Write, writeInt32 } from "./types.ts";

export interface EncodedColumn {
  name: string;
  type: TypeName;
  write: Write;
  /** Computed by Postgres: compared, but not sent. */
  generated: boolean;
}

/** A cell that cannot be sent. */
export class InvalidCell extends Error {
  override name = "InvalidCell";
  /** Counted from 1, in the order in which SQLite yields the rows. */
  readonly row: number;
  readonly column: string;

  constructor(row: number, column: string, reason: InvalidValue) {
    super(reason.message);
    this.row = row;
    this.column = column;
  }
}

const bufferBytes = 256 * 1024;
/** `PGCOPY`, no flags, no extension. */
const signature = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
/** More than any value needs that is neither text nor bytes. */
const fixedBytes = 40;

/**
 * Encodes rows as COPY in binary form, straight into the buffers that are sent, and sums them up on the way.
 * Memory is a few buffers, and one of the size of the largest row where that is larger.
 */
export class RowEncoder {
  private readonly columns: readonly EncodedColumn[];
  private readonly sent: number;
  private readonly buffers: Buffer[];
  private readonly record = new RecordBuilder();
  private readonly sum = new ContentSum();
  private turn = 0;
  private buffer: Buffer;
  private at = 0;
  private rows = 0;

  /** @param buffersInTurn How many buffers the sink needs before the first is free again. */
  constructor(columns: readonly EncodedColumn[], buffersInTurn: number) {
    this.columns = columns;
    this.sent = columns.filter(({ generated }) => !generated).length;
    this.buffers = Array.from({ length: buffersInTurn }, () => Buffer.allocUnsafeSlow(bufferBytes));
    this.buffer = this.buffers[0] as Buffer;
    this.at += signature.copy(this.buffer, this.at);
  }

  /**
   * @returns A full buffer to send before the next row; mostly there is none.
   * @throws InvalidCell
   */
  add(values: readonly SqlValue[]): Buffer | undefined {
    const { columns, record } = this;
    this.rows++;
    const needed = this.boundOf(values);
    const full = this.at + needed > this.buffer.length ? this.take(needed) : undefined;
    const { buffer } = this;
    let { at } = this;
    record.begin(columns.length);
    buffer[at++] = this.sent >> 8;
    buffer[at++] = this.sent;
    let end = at;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as EncodedColumn;
      const value = values[index];
      const start = at;
      at += 4;
      if (value === null || value === undefined) writeInt32(buffer, start, -1);
      else {
        try {
          at = column.write(value, buffer, at);
        } catch (error) {
          throw error instanceof InvalidValue ? new InvalidCell(this.rows, column.name, error) : error;
        }
        writeInt32(buffer, start, at - start - 4);
      }
      record.add(column.type, buffer, start, at);
      // What is computed there stands last and is written over by the next row.
      if (!column.generated) end = at;
    }
    this.at = end;
    this.sum.add(record.end());
    return full;
  }

  /** @returns The last buffer, with the end of the COPY in it. */
  finish(): Buffer[] {
    const last = this.at + 2 > this.buffer.length ? [this.take(2)] : [];
    this.buffer.writeInt16BE(-1, this.at);
    this.at += 2;
    return [...last, this.take(0)];
  }

  get content(): Content {
    return this.sum.content;
  }

  private boundOf(values: readonly SqlValue[]): number {
    let bytes = 2 + 2;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      bytes += fixedBytes;
      // UTF-16 to UTF-8: three bytes for one unit at most. A decimal text needs less than its length as a numeric.
      if (typeof value === "string") bytes += value.length * 3;
      else if (value instanceof Uint8Array) bytes += value.length;
    }
    return bytes;
  }

  private take(needed: number): Buffer {
    const full = this.buffer.subarray(0, this.at);
    this.turn = (this.turn + 1) % this.buffers.length;
    // A row that is larger than a buffer gets one of its own, which is forgotten after it.
    this.buffer = needed > bufferBytes ? Buffer.allocUnsafeSlow(needed) : (this.buffers[this.turn] as Buffer);
    this.at = 0;
    return full;
  }
}
