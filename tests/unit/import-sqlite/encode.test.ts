import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ContentSum, RecordBuilder } from "../../../import-sqlite/encode/checksum.ts";
import { momentOf, momentOfNumber } from "../../../import-sqlite/encode/moments.ts";
import { writeNumeric } from "../../../import-sqlite/encode/numeric.ts";
import { InvalidCell, RowEncoder } from "../../../import-sqlite/encode/row-encoder.ts";
import { anyMomentOf } from "../../../import-sqlite/encode/runtime-moments.ts";
import { InvalidValue, type TypeName, writerOf } from "../../../import-sqlite/encode/types.ts";
import type { SqlValue } from "../../../import-sqlite/sqlite/values.ts";

const epoch2000 = Date.UTC(2000, 0, 1) / 1000;

describe("moments", () => {
  test.each([
    ["2000-01-01", "date"],
    ["1999-12-31", "date"],
    ["0001-01-01", "date"],
    ["9999-12-31", "date"],
    ["2024-02-29 23:59:59", "timestamp"],
    ["2024-02-29T23:59", "timestamp"],
    ["1900-03-01 00:00:00.5", "timestamp"],
    ["2024-02-29T23:59:59.123456Z", "timestamptz"],
    ["2024-02-29 23:59:59+02:00", "timestamptz"],
    ["2024-02-29 23:59:59-0330", "timestamptz"],
  ])("%s is a %s, as JavaScript reads it", (text, form) => {
    const iso = text.includes(":")
      ? text.replace(" ", "T").replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
      : `${text}T00:00`;
    const date = new Date(form === "timestamptz" ? iso : `${iso}Z`);
    const moment = momentOf(text);
    expect(moment?.form).toBe(form);
    expect((moment?.seconds ?? 0) + epoch2000).toBe(Math.floor(date.getTime() / 1000));
  });

  test("microseconds are kept as they are", () => {
    expect(momentOf("2024-01-01 00:00:00.000001")?.microseconds).toBe(1);
    expect(momentOf("2024-01-01 00:00:00.1")?.microseconds).toBe(100_000);
  });

  test.each([
    ["2023-02-29", "no leap year"],
    ["1900-02-29", "no leap year either"],
    ["2024-04-31", "April has 30 days"],
    ["2024-13-01", "no month"],
    ["0000-01-01", "no year in Postgres"],
    ["2024-1-1", "too short"],
    ["2024-01-01 24:00:00", "no hour"],
    ["2024-01-01 12:60", "no minute"],
    ["2024-01-01 12:00:00.", "a point without a fraction"],
    ["2024-01-01 12:00:00.1234567", "finer than Postgres"],
    ["2024-01-01 12:00:00 ", "something behind it"],
    ["2024-01-01 12:00:00+99:00", "no offset"],
    ["2024-01-0x", "no digits"],
    ["2024-01-01 1x:00", "no digits"],
  ])("%s is none: %s", (text) => {
    expect(momentOf(text)).toBeUndefined();
  });

  test.each([
    ["Go", "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02T22:04:05.999999Z"],
    ["Go", "2006-01-02 15:04:05.1 +0000 UTC m=+0.100000001", "2006-01-02T15:04:05.100000Z"],
    ["Go", "2006-01-02 15:04:05 +0300 +03", "2006-01-02T12:04:05.000000Z"],
    ["Go's driver", "2006-01-02 15:04:05.123456789+02:00", "2006-01-02T13:04:05.123456Z"],
    ["Sequelize", "2006-01-02 15:04:05.123 +00:00", "2006-01-02T15:04:05.123000Z"],
    [".NET", "2006-01-02 15:04:05.1234567", "2006-01-02T15:04:05.123456"],
    [".NET", "9999-12-31 23:59:59.9999999", "9999-12-31T23:59:59.999999"],
    [".NET", "2006-01-02T15:04:05.1234567Z", "2006-01-02T15:04:05.123456Z"],
    [".NET's JSON", "/Date(1136214245123)/", "2006-01-02T15:04:05.123000Z"],
    [".NET's JSON", "/Date(1136214245123+0200)/", "2006-01-02T15:04:05.123000Z"],
    [".NET's JSON", "/Date(-1000)/", "1969-12-31T23:59:59.000000Z"],
  ])("%s writes %s for %s", (_runtime, text, iso) => {
    const moment = anyMomentOf(text);
    const at = new Date(((moment?.seconds ?? 0) + epoch2000) * 1000).toISOString().slice(0, 19);
    const fraction = String(moment?.microseconds).padStart(6, "0");
    expect(`${at}.${fraction}${moment?.form === "timestamptz" ? "Z" : ""}`).toBe(iso);
  });

  test.each([
    "2006-01-02 15:04:05.1234567890",
    "2006-13-02 15:04:05.1234567",
    "2006-01-02 15:04:05 MST",
    "2006-01-02 15:04:05 -0700 MST m=now",
    "/Date(soon)/",
    "/Date(99999999999999999999)/",
    "Date(1)",
  ])("no runtime writes %s", (text) => {
    expect(anyMomentOf(text)).toBeUndefined();
  });

  test("numbers of three kinds", () => {
    const at = (value: number, kind: "unix-seconds" | "unix-milliseconds" | "julian-day") => {
      const moment = momentOfNumber(value, kind);
      return (
        moment && new Date((moment.seconds + epoch2000) * 1000 + moment.microseconds / 1000).toISOString()
      );
    };
    expect(at(1_700_000_000, "unix-seconds")).toBe("2023-11-14T22:13:20.000Z");
    expect(at(1_700_000_000.5, "unix-seconds")).toBe("2023-11-14T22:13:20.500Z");
    expect(at(-1.25, "unix-seconds")).toBe("1969-12-31T23:59:58.750Z");
    expect(at(1_700_000_000_123, "unix-milliseconds")).toBe("2023-11-14T22:13:20.123Z");
    expect(at(2_451_545, "julian-day")).toBe("2000-01-01T12:00:00.000Z");
    expect(at(Number.POSITIVE_INFINITY, "unix-seconds")).toBeUndefined();
    expect(at(1e18, "unix-seconds")).toBeUndefined();
  });
});

/** Reads Postgres' binary numeric, as its documentation of the protocol describes it. */
function readNumeric(bytes: Buffer): string {
  const [digits, weight, sign, scale] = [
    bytes.readUInt16BE(0),
    bytes.readInt16BE(2),
    bytes.readUInt16BE(4),
    bytes.readUInt16BE(6),
  ];
  if (sign === 0xd000) return "Infinity";
  const at = (position: number) => {
    const index = weight - position;
    return String(index >= 0 && index < digits ? bytes.readUInt16BE(8 + index * 2) : 0).padStart(4, "0");
  };
  let whole = "";
  for (let position = Math.max(weight, 0); position >= 0; position--) whole += at(position);
  let fraction = "";
  for (let position = -1; fraction.length < scale; position--) fraction += at(position);
  const text = `${BigInt(whole)}${scale > 0 ? `.${fraction.slice(0, scale)}` : ""}`;
  return sign === 0x4000 ? `-${text}` : text;
}

test.each([
  ["0", "0"],
  ["1", "1"],
  ["-1.10", "-1.10"],
  ["10000", "10000"],
  ["123456789.25", "123456789.25"],
  ["0.0001", "0.0001"],
  ["0.00001234", "0.00001234"],
  ["9223372036854775807", "9223372036854775807"],
  ["1e3", "1000"],
  ["1.5e-7", "0.00000015"],
  ["12345.678e2", "1234567.8"],
  ["1e+20", `1${"0".repeat(20)}`],
  ["Infinity", "Infinity"],
])("the number %s is %s as a numeric", (text, expected) => {
  const buffer = Buffer.alloc(200);
  const end = writeNumeric(text, buffer, 0);
  expect(end).toBe(8 + buffer.readUInt16BE(0) * 2);
  expect(readNumeric(buffer.subarray(0, end))).toBe(expected);
});

test.each(["", "abc", "1e", "1.2.3", "--1", "1e99999"])("%j is no numeric", (text) => {
  expect(() => writeNumeric(text, Buffer.alloc(100), 0)).toThrow(RangeError);
});

test.each<[TypeName, SqlValue, string]>([
  ["bigint", -1, "ffffffffffffffff"],
  ["bigint", 4_294_967_296, "0000000100000000"],
  ["bigint", -9_007_199_254_740_991, "ffe0000000000001"],
  ["bigint", "9223372036854775807", "7fffffffffffffff"],
  ["boolean", 1, "01"],
  ["double precision", 1.5, "3ff8000000000000"],
  ["text", "é", "c3a9"],
  [
    "text",
    "a text that is longer than the short ones, é",
    Buffer.from("a text that is longer than the short ones, é").toString("hex"),
  ],
  ["bytea", new Uint8Array([0, 255]), "00ff"],
  ["bytea", "text", "74657874"],
  ["date", "1999-12-31", "ffffffff"],
  ["timestamp", "2000-01-01 00:00:01", "00000000000f4240"],
  ["timestamp", "0001-01-01 00:00:00", "ff1fdf5cafe8c000"],
  ["uuid", "018d63e5-7a80-79a6-8367-f5f97b716c2f", "018d63e57a8079a68367f5f97b716c2f"],
])("%s %j is written as Postgres has it", (type, value, hex) => {
  const buffer = Buffer.alloc(200);
  const end = writerOf(type)(value as NonNullable<SqlValue>, buffer, 0);
  if (type !== "timestamp" || !hex.startsWith("ff1f")) expect(buffer.toString("hex", 0, end)).toBe(hex);
  else
    expect(buffer.readBigInt64BE(0)).toBe(BigInt(Date.UTC(2000, 0, 1) / 1000 + 62_135_596_800) * -1_000_000n);
});

test.each<[TypeName, SqlValue]>([
  ["bigint", 1.5],
  ["bigint", "abc"],
  ["boolean", 2],
  ["double precision", "1"],
  ["numeric", "x"],
  ["date", "2024-01-01 00:00:00"],
  ["timestamp", "2024-01-01T00:00:00Z"],
  ["timestamptz", "2024-01-01T00:00:00"],
  ["timestamptz", 5],
  ["text", new Uint8Array(2)],
  ["uuid", "018d63e5"],
])("what is no %s is refused: %j", (type, value) => {
  expect(() => writerOf(type)(value as NonNullable<SqlValue>, Buffer.alloc(200), 0)).toThrow(InvalidValue);
});

describe("rows", () => {
  const column = (name: string, type: TypeName, generated = false) => ({
    name,
    type,
    write: writerOf(type),
    generated,
  });

  function encode(
    columns: ReturnType<typeof column>[],
    rows: SqlValue[][],
  ): { sent: Buffer; messages: number; encoder: RowEncoder } {
    const encoder = new RowEncoder(columns, 4);
    const messages = rows.flatMap((row) => {
      const full = encoder.add(row);
      return full ? [Buffer.from(full)] : [];
    });
    for (const last of encoder.finish()) messages.push(Buffer.from(last));
    return {
      sent: Buffer.concat(messages),
      messages: messages.length,
      encoder,
    };
  }

  test("a COPY in binary form", () => {
    const { sent } = encode(
      [column("a", "bigint"), column("b", "text")],
      [
        [1, "x"],
        [null, null],
      ],
    );
    const header = "5047434f50590aff0d0a00" + "00000000" + "00000000";
    const first = "0002" + "00000008" + "0000000000000001" + "00000001" + "78";
    expect(sent.toString("hex")).toBe(`${header}${first}0002ffffffffffffffffffff`);
  });

  test("rows larger than a buffer, and many buffers", () => {
    const large = "x".repeat(700_000);
    const many = Array.from({ length: 30_000 }, (_, index) => [`row ${index}`]);
    const rows = [["small"], [large], ["after"], ...many, [large], ...many];
    const { sent, messages } = encode([column("a", "text")], rows);
    let at = 19;
    for (const [text = ""] of rows) {
      expect(sent.readInt16BE(at)).toBe(1);
      const length = sent.readInt32BE(at + 2);
      expect(sent.toString("utf8", at + 6, at + 6 + length) === text).toBe(true);
      at += 6 + length;
    }
    expect(sent.readInt16BE(at)).toBe(-1);
    expect(at + 2).toBe(sent.length);
    expect(messages).toBeGreaterThanOrEqual(3);
  });

  test("what Postgres computes is compared and not sent", () => {
    const { sent, encoder } = encode([column("a", "bigint"), column("g", "bigint", true)], [[1, 2]]);
    expect(sent.length).toBe(19 + 2 + 4 + 8 + 2);
    const record = Buffer.from(
      `00000002${"00000014"}${"00000008"}0000000000000001${"00000014"}${"00000008"}0000000000000002`,
      "hex",
    );
    expect(encoder.content.checksum).toBe(createHash("md5").update(record).digest().readBigInt64BE(0));
  });

  test("a value that does not fit is named by its row and column", () => {
    const encoder = new RowEncoder([column("n", "bigint")], 4);
    encoder.add([1]);
    expect(() => encoder.add(["abc"])).toThrow(InvalidCell);
    expect(() => encoder.add(["abc"])).toThrow(
      expect.objectContaining({ row: 3, column: "n", message: '"abc" is no bigint' }),
    );
  });
});

test("the sum of a table does not depend on the order of its rows, and does on each", () => {
  const sumOf = (texts: string[]) => {
    const sum = new ContentSum();
    const record = new RecordBuilder();
    for (const text of texts) {
      record.begin(1);
      record.add("text", Buffer.from(`\0\0\0\u0001${text}`), 0, 5);
      sum.add(record.end());
    }
    return sum.content;
  };
  expect(sumOf(["a", "b", "c"])).toEqual(sumOf(["c", "a", "b"]));
  expect(sumOf(["a", "b", "c"]).checksum).not.toBe(sumOf(["a", "b", "d"]).checksum);
  expect(sumOf(["a", "a"]).checksum).not.toBe(sumOf(["a", "b"]).checksum);
});
