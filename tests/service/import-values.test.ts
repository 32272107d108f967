import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { createDatabase, superuser } from "./support/databases.ts";
import { importFile, scratchFolder } from "./support/imports.ts";

const files = scratchFolder();
afterAll(() => files.remove());

/** Years that SQLite, Postgres and JavaScript write alike. */
const moment = fc.date({
  min: new Date("0001-01-02T00:00:00Z"),
  max: new Date("9999-12-30T00:00:00Z"),
  noInvalidDate: true,
});
const text = fc.string({ unit: "grapheme", maxLength: 60 }).map((value) => value.replaceAll("\0", ""));
const row = fc.record({
  whole: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  small: fc.integer(),
  real: fc.double({ noNaN: true }),
  decimal: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  words: text,
  bytes: fc.uint8Array({ maxLength: 60 }),
  yes: fc.boolean(),
  day: moment.map((date) => date.toISOString().slice(0, 10)),
  at: moment.map((date) => date.toISOString().slice(0, 23).replace("T", " ")),
  zoned: moment.map((date) => date.toISOString()),
});

test("any value comes out of Postgres as it went into SQLite", async () => {
  const rows = fc.sample(row, { numRuns: 2_000, seed: 20_261_126 });
  const file = files.path("values.sqlite");
  const database = new DatabaseSync(file);
  database.exec(`create table v (n integer primary key, whole integer, small integer, real real, decimal decimal,
    words text, bytes blob, yes boolean, day date, at datetime, zoned timestamp); begin`);
  const insert = database.prepare("insert into v values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const [n, { whole, small, real, decimal, words, bytes, yes, day, at, zoned }] of rows.entries()) {
    insert.run(n + 1, whole, small, real, decimal, words, bytes, yes ? 1 : 0, day, at, zoned);
  }
  database.exec("commit");
  database.close();

  const databaseName = await createDatabase("migrated");
  const { said } = await importFile(databaseName, file);
  expect(said).toContain(
    "v: 2,000 rows, 3 bigint, 1 boolean, 1 bytea, 1 date, 1 double precision, 1 numeric, 1 text, 1 timestamp, 1 timestamptz",
  );
  expect(said).toContain("Nothing is known that would not be carried over exactly");

  // As text and by Postgres itself, so that what reads here shares nothing with what wrote there.
  const sql = superuser(databaseName);
  const read =
    await sql.unsafe(`set time zone 'UTC'; select whole::text, small::text, real::text, decimal::text, words,
    encode(bytes, 'hex') as bytes, yes, day::text, to_char(at, 'YYYY-MM-DD HH24:MI:SS.MS') as at,
    to_char(zoned, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as zoned from values.v order by n`);
  await sql.end();
  const found = (read as unknown as Record<string, unknown>[][])[1] ?? [];
  expect(found).toHaveLength(rows.length);
  for (const [index, expected] of rows.entries()) {
    const { real, decimal, ...others } = found[index] as Record<string, string>;
    expect(others).toEqual({
      whole: String(expected.whole),
      small: String(expected.small),
      words: expected.words,
      bytes: Buffer.from(expected.bytes).toString("hex"),
      yes: expected.yes,
      day: expected.day,
      at: expected.at,
      zoned: expected.zoned,
    });
    // SQLite keeps no negative zero either.
    expect(Number(real)).toBe(expected.real === 0 ? 0 : expected.real);
    expect(Number(decimal)).toBe(expected.decimal === 0 ? 0 : expected.decimal);
  }
});
