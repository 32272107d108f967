import type { SqlValue } from "../sqlite/values.ts";
import { type Moment, momentOf, momentOfNumber, type NumberOfMoments } from "./moments.ts";
import { writeNumeric } from "./numeric.ts";
import { anyMomentOf } from "./runtime-moments.ts";

/** Writes a value that is not NULL in Postgres' binary form. @returns The position behind it. */
export type Write = (value: NonNullable<SqlValue>, buffer: Buffer, at: number) => number;

export const typeNames = [
  "bigint",
  "boolean",
  "bytea",
  "date",
  "double precision",
  "json",
  "numeric",
  "text",
  "timestamp",
  "timestamptz",
  "uuid",
] as const;
export type TypeName = (typeof typeNames)[number];

/** The numbers by which Postgres knows its types; they are the same in every database. */
export const typeIds: Record<TypeName, number> = {
  bigint: 20,
  boolean: 16,
  bytea: 17,
  date: 1082,
  "double precision": 701,
  json: 114,
  numeric: 1700,
  text: 25,
  timestamp: 1114,
  timestamptz: 1184,
  uuid: 2950,
};

/** A value that its column's type cannot store. The message ends a sentence that names the place. */
export class InvalidValue extends Error {
  override name = "InvalidValue";

  constructor(value: unknown, type: string) {
    const shown = value instanceof Uint8Array ? `a blob of ${value.length} bytes` : JSON.stringify(value);
    super(`${(shown ?? String(value)).slice(0, 80)} is no ${type}`);
  }
}

/** @param numbers How a number in a column of moments is read; text is read where it is not given. */
export function writerOf(type: TypeName, numbers?: NumberOfMoments): Write {
  switch (type) {
    case "bigint":
      return writeBigint;
    case "boolean":
      return writeBoolean;
    case "double precision":
      return writeDouble;
    case "numeric":
      return (value, buffer, at) => {
        if (value instanceof Uint8Array) throw new InvalidValue(value, type);
        try {
          return writeNumeric(String(value), buffer, at);
        } catch {
          throw new InvalidValue(value, type);
        }
      };
    case "text":
    case "json":
      return writeText;
    case "bytea":
      return writeBytes;
    case "uuid":
      return (value, buffer, at) => {
        const digits = String(value).replaceAll("-", "");
        if (!/^[0-9a-f]{32}$/i.test(digits)) throw new InvalidValue(value, type);
        return at + buffer.write(digits, at, "hex");
      };
    case "date":
      return (value, buffer, at) => {
        const moment = typeof value === "string" ? momentOf(value) : undefined;
        if (moment?.form !== "date") throw new InvalidValue(value, type);
        return buffer.writeInt32BE(moment.seconds / 86_400, at);
      };
    default:
      return writeMoment(type, numbers);
  }
}

function writeMoment(type: "timestamp" | "timestamptz", numbers: NumberOfMoments | undefined): Write {
  return (value, buffer, at) => {
    let moment: Moment | undefined;
    if (typeof value === "number" && numbers) moment = momentOfNumber(value, numbers);
    // Beyond 2^53 it comes as text.
    else if (numbers && typeof value === "string" && /^-?\d{1,19}$/.test(value))
      moment = momentOfNumber(BigInt(value), numbers);
    else if (typeof value === "string") {
      moment = anyMomentOf(value);
      // A date is the beginning of its day where the others name a time.
      if (moment?.form !== type && !(type === "timestamp" && moment?.form === "date")) moment = undefined;
    }
    if (moment === undefined) throw new InvalidValue(value, type);
    const microseconds = moment.seconds * 1_000_000 + moment.microseconds;
    if (Number.isSafeInteger(microseconds)) return writeInt64(buffer, at, microseconds);
    return buffer.writeBigInt64BE(BigInt(moment.seconds) * 1_000_000n + BigInt(moment.microseconds), at);
  };
}

const writeBigint: Write = (value, buffer, at) => {
  if (typeof value !== "number") {
    // Beyond 2^53 it comes as text.
    if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) throw new InvalidValue(value, "bigint");
    return buffer.writeBigInt64BE(BigInt(value), at);
  }
  if (!Number.isSafeInteger(value)) throw new InvalidValue(value, "bigint");
  return writeInt64(buffer, at, value);
};

/** Texts that a mapping may declare to be truth values. */
const truths: Record<string, number> = {
  ...{ t: 1, true: 1, y: 1, yes: 1, on: 1, "1": 1 },
  ...{ f: 0, false: 0, n: 0, no: 0, off: 0, "0": 0 },
};

export const isTruth = (text: string): boolean => Object.hasOwn(truths, text.toLowerCase());

const writeBoolean: Write = (value, buffer, at) => {
  const truth = typeof value === "string" ? truths[value.toLowerCase()] : value;
  if (truth !== 0 && truth !== 1) throw new InvalidValue(value, "boolean");
  buffer[at] = truth;
  return at + 1;
};

const writeDouble: Write = (value, buffer, at) => {
  if (typeof value !== "number") throw new InvalidValue(value, "double precision");
  return buffer.writeDoubleBE(value, at);
};

/** Shorter texts are written faster here than by a call into native code. */
const shortText = 24;

const writeText: Write = (value, buffer, at) => {
  if (typeof value !== "string") {
    if (typeof value === "number") return at + buffer.write(String(value), at);
    throw new InvalidValue(value, "text");
  }
  const { length } = value;
  if (length > shortText) return at + buffer.write(value, at);
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code > 127) return at + buffer.write(value, at);
    buffer[at + index] = code;
  }
  return at + length;
};

const writeBytes: Write = (value, buffer, at) => {
  if (value instanceof Uint8Array) {
    buffer.set(value, at);
    return at + value.length;
  }
  return at + buffer.write(String(value), at);
};

export function writeInt32(buffer: Buffer, at: number, value: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}

/** @param value A safe integer. */
function writeInt64(buffer: Buffer, at: number, value: number): number {
  writeInt32(buffer, at, Math.floor(value / 4_294_967_296));
  writeInt32(buffer, at + 4, value % 4_294_967_296);
  return at + 8;
}
