import { describe, expect, test } from "vitest";
import type { TypeName } from "../../../import-sqlite/encode/types.ts";
import type { ColumnProfile } from "../../../import-sqlite/sqlite/profile.ts";
import type { SqliteColumn } from "../../../import-sqlite/sqlite/schema.ts";
import { tokensOf } from "../../../import-sqlite/sqlite/tokens.ts";
import { columnType } from "../../../import-sqlite/translate/column-type.ts";
import { translateDefault } from "../../../import-sqlite/translate/default.ts";
import { translate } from "../../../import-sqlite/translate/expression.ts";
import { columnName, fitted, schemaName } from "../../../import-sqlite/translate/names.ts";
import { translateQuery } from "../../../import-sqlite/translate/query.ts";
import type { Names } from "../../../import-sqlite/translate/references.ts";
import { Untranslatable } from "../../../import-sqlite/translate/untranslatable.ts";

function column(declared: string): SqliteColumn {
  return { name: "c", declared, notNull: false, defaultText: null, primaryKey: 0, generated: "no" };
}

/** A test's title cannot show a bigint. */
type Some = Partial<Record<keyof ColumnProfile, number>>;

function profile({ smallestInteger = 0, largestInteger = 1, ...some }: Some): ColumnProfile {
  return {
    ...{ nulls: 0, integers: 0, reals: 0, texts: 0, blobs: 0 },
    ...{ smallestInteger: BigInt(smallestInteger), largestInteger: BigInt(largestInteger) },
    ...{ smallestReal: 0, largestReal: 1 },
    ...{ longestBytes: 0, unstorable: 0, empties: 0, truths: 0, notJson: 0 },
    ...{ dates: 0, timestamps: 0, timestampsWithZone: 0, offsets: 0 },
    ...{ runtimeTimestamps: 0, runtimeTimestampsWithZone: 0 },
    ...some,
  };
}

describe("the type of a column follows from what it holds", () => {
  test.each<[string, Some, TypeName, number]>([
    ["INTEGER", {}, "bigint", 0],
    ["TEXT", {}, "text", 0],
    ["", {}, "text", 0],
    ["BLOB", {}, "bytea", 0],
    ["REAL", {}, "double precision", 0],
    ["DECIMAL(10,2)", {}, "numeric", 0],
    ["BOOLEAN", {}, "boolean", 0],
    ["DATETIME", {}, "timestamp", 0],
    ["INTEGER", { integers: 5 }, "bigint", 0],
    ["INTEGER", { integers: 5, texts: 1 }, "text", 1],
    ["INTEGER", { integers: 5, reals: 1 }, "double precision", 1],
    ["INTEGER", { integers: 5, reals: 1, largestInteger: 2 ** 60 }, "numeric", 1],
    ["INTEGER", { reals: 2 }, "double precision", 1],
    ["INTEGER", { integers: 1, blobs: 1 }, "bytea", 2],
    ["TEXT", { texts: 3 }, "text", 0],
    ["TEXT", { texts: 3, unstorable: 1 }, "bytea", 1],
    ["BLOB", { blobs: 3 }, "bytea", 0],
    ["BLOB", { blobs: 3, texts: 1 }, "bytea", 1],
    ["BOOLEAN", { integers: 3 }, "boolean", 0],
    ["BOOLEAN", { integers: 3, largestInteger: 2 }, "bigint", 1],
    ["DATE", { texts: 2, dates: 2 }, "date", 0],
    ["DATETIME", { texts: 2, timestamps: 2 }, "timestamp", 0],
    ["DATETIME", { texts: 2, timestamps: 1, dates: 1 }, "timestamp", 1],
    ["DATETIME", { texts: 2, timestampsWithZone: 2 }, "timestamptz", 0],
    ["DATETIME", { texts: 2, timestamps: 1, timestampsWithZone: 1 }, "text", 1],
    ["DATETIME", { texts: 2, timestamps: 1 }, "text", 1],
    [
      "DATETIME",
      { integers: 2, smallestInteger: 1_600_000_000, largestInteger: 1_700_000_000 },
      "timestamptz",
      1,
    ],
    [
      "DATETIME",
      { integers: 2, smallestInteger: 1_600_000_000_000, largestInteger: 1_700_000_000_000 },
      "timestamptz",
      1,
    ],
    ["DATETIME", { reals: 2, smallestReal: 2_450_000.5, largestReal: 2_460_000 }, "timestamptz", 1],
    ["DATETIME", { integers: 2, smallestInteger: 5, largestInteger: 9 }, "bigint", 1],
    ["DATETIME", { texts: 2, dates: 2 }, "timestamp", 1],
    ["DATETIME", { texts: 2, timestampsWithZone: 2, offsets: 1 }, "timestamptz", 1],
    // 1984 to some, 2015 to others.
    [
      "timestamp",
      { reals: 2, smallestReal: 457_260_372.02, largestReal: 457_260_373 },
      "double precision",
      1,
    ],
    ["JSON", { texts: 2 }, "json", 0],
    ["JSON", { texts: 2, notJson: 1 }, "text", 1],
    ["VARCHAR(20)", { texts: 2 }, "text", 0],
  ])("%s with %j becomes %s, with %i sentences", (declared, some, type, sentences) => {
    const decided = columnType(column(declared), profile(some));
    expect(decided.type).toBe(type);
    expect(decided.differences).toHaveLength(sentences);
  });

  test.each<[string, number, string]>([
    ["seconds", 1_700_000_000, "unix-seconds"],
    ["milliseconds", 1_700_000_000_000, "unix-milliseconds"],
    ["microseconds", 1_700_000_000_000_000, "unix-microseconds"],
    ["nanoseconds", 1_700_000_000_000_000_000, "unix-nanoseconds"],
    ["Chrome's microseconds since 1601", 13_344_473_600_000_000, "webkit-microseconds"],
  ])("%s tell themselves: %d", (_unit, number, unit) => {
    const some = { integers: 1, smallestInteger: number, largestInteger: number };
    expect(columnType(column("timestamp"), profile(some))).toMatchObject({
      type: "timestamptz",
      numbers: unit,
    });
  });

  test.each([
    ["seconds since 1970 or 2001", 700_000_000],
    ["nanoseconds since 2001, or .NET's ticks", 638_000_000_000_000_000],
    ["Windows' file times, or nanoseconds", 133_000_000_000_000_000],
  ])("what may be two things stays a number: %s", (_unit, number) => {
    const some = { integers: 1, smallestInteger: number, largestInteger: number };
    expect(columnType(column("timestamp"), profile(some)).type).toBe("bigint");
  });

  test("a file of Core Data counts seconds from 2001 on", () => {
    const inCoreData = { ...column("TIMESTAMP"), numbers: "apple-seconds" as const };
    const some = { reals: 1, smallestReal: 457_260_372.02, largestReal: 457_260_372.02 };
    expect(columnType(inCoreData, profile(some)).numbers).toBe("apple-seconds");
  });

  test("a mapping has the last word", () => {
    expect(columnType(column("INTEGER"), profile({ integers: 1 }), { type: "numeric" }).type).toBe("numeric");
    const replaced = columnType(column("TEXT"), profile({ texts: 2, unstorable: 1 }), {
      replaceUnstorable: true,
    });
    expect(replaced).toMatchObject({ type: "text", differences: [expect.stringContaining("U+FFFD")] });
  });
});

const names: Names = {
  columns: new Map([
    ["n", { name: "n", type: "bigint" }],
    ["name", { name: "Name", type: "text" }],
    ["active", { name: "active", type: "boolean" }],
    ["folded", { name: "folded", type: "text", folds: true }],
  ]),
};

describe("expressions", () => {
  test.each([
    ["n > 0 AND n <= 100", '"n" > 0 and "n" <= 100'],
    ["NAME == 'it''s'", `"Name" = 'it''s'`],
    ["ifnull(n, 0) <> 1", 'coalesce ( "n" , 0 ) <> 1'],
    ["length(trim(name)) >= 3", 'length ( btrim ( "Name" ) ) >= 3'],
    ["n IS NOT NULL", '"n" is not null'],
    ["n IS 1", '"n" is not distinct from 1'],
    ["n IS NOT name", '"n" is distinct from "Name"'],
    ["active = 1 AND n = 1", '"active" = true and "n" = 1'],
    ["name LIKE 'a%'", `"Name" ilike 'a%' escape ''`],
    ["name LIKE 'a!%' ESCAPE '!'", `"Name" ilike 'a!%' escape '!'`],
    ['name = "not a column"', `"Name" = 'not a column'`],
    ["x'00ff' = name", `'\\x00ff'::bytea = "Name"`],
    ["n IN (1, 2) -- a comment", '"n" in ( 1 , 2 )'],
    ["CAST(n AS TEXT) = '1'", `cast ( "n" as text ) = '1'`],
    ["name = 'a . b'", `"Name" = 'a . b'`],
    ["n / 2 % 3 = 1", '"n" / 2 % 3 = 1'],
    ["(n > 0) = 1", '( "n" > 0 ) = true'],
    ["coalesce(active, 0) <> 1", 'coalesce ( "active" , false ) <> true'],
    ["CASE active WHEN 1 THEN 'a' ELSE 'b' END = 'a'", `case "active" when true then 'a' else 'b' end = 'a'`],
    ["n BETWEEN 1 AND 2 AND NOT n = 3", '"n" between 1 and 2 and not "n" = 3'],
    // SQLite binds || more tightly than *, Postgres more loosely; and IN as tightly as =, Postgres more tightly.
    ["n * 2 || '1' > 5", `"n" * ( 2 || '1' ) > 5`],
    ["n = 1 IN (0, 1)", '( "n" = 1 ) in ( false , true )'],
  ])("%s", (sqlite, postgres) => {
    expect(translate(tokensOf(sqlite), names).replace(/\s+/g, " ")).toBe(postgres.replace(/\s+/g, " "));
  });

  test.each([
    "strftime('%Y', name) = '2024'",
    "typeof(n) = 'integer'",
    "name GLOB 'a*'",
    "name REGEXP 'a'",
    "n << 1",
    "unknown > 1",
    "substr(name, -1) = 'x'",
    "name = 'a' COLLATE NOCASE",
    "name LIKE (name || '%')",
    "CAST(name AS INTEGER) = 1",
    "(SELECT 1)",
    "name -> '$.a'",
    "name LIKE 'a' || '%'",
    "substr(coalesce(name, 1), -1) = 'x'",
    "CAST(active AS TEXT) = '1'",
    "(n, name) = (1, 'a')",
    "10 / n > 1",
    "n / 0 > 1",
    "n / 2.5 > 1",
    "folded = 'a'",
    "folded IN ('a', 'b')",
    "n > 1)",
    "n >",
  ])("what may mean something else is left out: %s", (sqlite) => {
    expect(() => translate(tokensOf(sqlite), names)).toThrow(Untranslatable);
  });
});

describe("queries of views", () => {
  const inView: Names = { ...names, tables: new Map([["t", "T"]]) };

  test.each([
    [
      "SELECT n, name AS Who FROM t WHERE active = 1",
      'select "n" , "Name" as "who" from "T" where "active" = true',
    ],
    [
      "select t.* from T x left join t on x.n = t.n",
      'select "T".* from "T" as "x" left join "T" on "x"."n" = "T"."n"',
    ],
    [
      "select name, count(*) c from t group by name having count(*) > 1",
      'select "Name" , count ( * ) as "c" from "T" group by "Name" having count ( * ) > 1',
    ],
    [
      "with a as (select n from t) select n from a where n in (select max(n) from t) union all select 1;",
      'with "a" as ( select "n" from "T" ) select "n" from "a" where "n" in ( select max ( "n" ) from "T" ) union all select 1',
    ],
    // SQLite sorts NULL before everything, which decides what a limit cuts off.
    [
      "select n from t order by n, name desc limit 3",
      'select "n" from "T" order by "n" nulls first , "Name" desc nulls last limit 3',
    ],
  ])("%s", (sqlite, postgres) => {
    expect(translateQuery(tokensOf(sqlite), inView)).toBe(postgres);
  });

  test.each([
    "select n from t a right join t b on a.n = b.n",
    "select n from t join t b",
    "select n from t limit 2, 3",
    "select n from t limit -1",
    "select max(n, 1) from t",
    "select sum(n) over (order by n) from t",
    "select name from t order by name collate nocase",
    "values (1)",
    "select n from t order by folded",
    "select max(folded) from t",
    "select distinct n from t",
  ])("what may mean something else is left out: %s", (sqlite) => {
    expect(() => translateQuery(tokensOf(sqlite), inView)).toThrow(Untranslatable);
  });
});

describe("defaults", () => {
  test.each<[string, TypeName, string | undefined]>([
    ["NULL", "text", undefined],
    ["'it''s'", "text", "'it''s'"],
    ['"word"', "text", "'word'"],
    ["5", "text", "'5'"],
    ["-5", "bigint", "-5"],
    ["(1.5)", "double precision", "1.5"],
    ["'7'", "bigint", "7"],
    ["1", "boolean", "true"],
    ["false", "boolean", "false"],
    ["x'00'", "bytea", "'\\x00'::bytea"],
    ["'2024-01-01'", "date", "'2024-01-01'::date"],
    ["CURRENT_TIMESTAMP", "timestamp", "(date_trunc('second', now()) at time zone 'utc')"],
    ["strftime('%s', 'now')", "bigint", "(floor(extract(epoch from now()))::bigint)"],
    ["(unixepoch())", "bigint", "(floor(extract(epoch from now()))::bigint)"],
    ["(cast(strftime('%s', 'now') as int))", "bigint", "(floor(extract(epoch from now()))::bigint)"],
    ["(unixepoch('now') * 1000)", "bigint", "(floor(extract(epoch from now()))::bigint * 1000)"],
    [
      "(strftime('%Y-%m-%d %H:%M:%f', 'now'))",
      "timestamp",
      "(date_trunc('milliseconds', now()) at time zone 'utc')",
    ],
    ["strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "timestamptz", "date_trunc('milliseconds', now())"],
    [
      "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
      "text",
      `to_char(now() at time zone 'utc', 'YYYY"-"MM"-"DD"T"HH24":"MI":"SS.MS"Z"')`,
    ],
    ["julianday('now')", "double precision", "(extract(epoch from now()) / 86400 + 2440587.5)"],
    ["(datetime('now'))", "text", "to_char(now() at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS')"],
  ])("%s of a %s", (text, type, expected) => {
    expect(translateDefault(text, type)).toBe(expected);
  });

  test.each<[string, TypeName]>([
    ["random()", "bigint"],
    ["'abc'", "bigint"],
    ["2", "boolean"],
    ["strftime('%S', 'now')", "bigint"],
    ["strftime('%s', 'now', '+1 day')", "bigint"],
    ["strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "timestamp"],
    ["strftime('%Y-%W', 'now')", "text"],
    ["strftime('%Y-%m-%d %H:%M', 'now', 'localtime')", "text"],
    ["datetime('now', 'localtime')", "text"],
    ["CURRENT_TIMESTAMP", "bigint"],
    ["'soon'", "timestamp"],
  ])("%s of a %s has no counterpart", (text, type) => {
    expect(() => translateDefault(text, type)).toThrow(Untranslatable);
  });
});

describe("names", () => {
  test.each([
    ["/some/where/My Blog-2.sqlite3", "my_blog_2"],
    ["public.db", "import_public"],
    ["pg_data.db", "import_pg_data"],
    ["2024.db", "import_2024"],
    ["Größe.db", "gro_e"],
    ["...db", "import"],
  ])("the schema of %s is %s", (file, schema) => {
    expect(schemaName(file)).toBe(schema);
  });

  test("what Postgres does not take is called otherwise, and two stay two", () => {
    expect(columnName("xmin")).toBe("xmin_");
    expect(fitted("")).toBe("_");
    const [one, two] = [`${"ä".repeat(40)}1`, `${"ä".repeat(40)}2`].map(fitted);
    expect(one).not.toBe(two);
    expect(Buffer.byteLength(one ?? "")).toBeLessThanOrEqual(63);
  });
});
