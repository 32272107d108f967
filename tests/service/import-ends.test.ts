import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, superuser } from "./support/databases.ts";
import { importFile, makeFile, scratchFolder } from "./support/imports.ts";

const files = scratchFolder();
let databaseName: string;
let sql: Sql;

beforeAll(async () => {
  databaseName = await createDatabase("migrated");
  sql = superuser(databaseName);
});
afterAll(async () => {
  await sql.end();
  files.remove();
});

const run = (name: string, text: string, options = {}) =>
  importFile(databaseName, makeFile(files.path(`${name}.sqlite`), text), options);
const rows = (query: string) => sql.unsafe(query).then((found) => found.map((row) => Object.values(row)));
/** Rewrites a file's schema, as a program with an extension of its own would have written it. */
const rewritten = (from: string, to: string) =>
  `pragma writable_schema = on; update sqlite_schema set sql = replace(sql, '${from}', '${to}');`;

describe("what needs an extension that is not here is left out, and said", () => {
  test("a collation of an index and of a column", async () => {
    const { said } = await run(
      "collated",
      `create table t (id integer primary key, name text collate nocase unique); create index ti on t (name);
       create table u (a); insert into t values (1, 'a'), (2, 'b'); insert into u values (1); ${rewritten("nocase", "unicase")}`,
    );
    expect(said).toContain(
      "t was not checked for damage: SQLite here has no such collation sequence: unicase",
    );
    expect(said).toContain("t has the index ti (name), which uses the collation UNICASE: it has none");
    expect(await rows("select name from collated.t order by 1")).toEqual([["a"], ["b"]]);
  });

  test("a collation of the key of a table without row numbers", async () => {
    const { said } = await run(
      "collation_key",
      `create table k (name text collate nocase primary key, v) without rowid; create table u (a);
       insert into k values ('a', 1), ('b', 2); insert into u values (1); ${rewritten("nocase", "unicase")}`,
    );
    expect(said).toContain(
      "k is a table that cannot be read here (its key has a collation that is not here)",
    );
    expect(await rows("select a::int from collation_key.u")).toEqual([[1]]);
  });

  test.each([
    ["a module", "spellfix1", /v is a virtual table that cannot be read here \(no such module: spellfix1\)/],
    ["a tokenizer", "fts5(a, b, tokenize=''nope'')", /goes to the schema/],
  ])("%s", async (_what, module, sentence) => {
    const { said } = await run(
      `module_${module.length}`,
      `create virtual table v using fts5(a, b); create table t (a); insert into t values (1); ${rewritten("fts5(a, b)", module)}`,
    );
    expect(said).toMatch(sentence);
    expect(await rows(`select a::int from module_${module.length}.t`)).toEqual([[1]]);
  });

  test("a full-text index that no longer fits its table is no damage", async () => {
    const { said } = await run(
      "stale",
      `create table docs (id integer primary key, body text); create virtual table f using fts4(content="docs", body);
       insert into docs values (1, 'hello'), (2, 'world'); insert into f (docid, body) select id, body from docs;
       delete from docs where id = 2; update docs set body = 'changed';`,
    );
    expect(said).toContain("main.f is a full-text index that does not fit its table any more");
    expect(await rows("select body from stale.docs")).toEqual([["changed"]]);
  });
});

describe("views", () => {
  test("that fail when they are read, or give other rows, are left out by name", async () => {
    const { said, sentence } = await run(
      "views",
      `create table n (n integer, d decimal(10, 2), name text collate nocase, active boolean);
       insert into n values (0, 5, 'A', 1), (2, 5, 'a', 0), (null, 7, 'b', 1);
       create view fails as select n + 9223372036854775807 as q from n;
       create view divides as select 10 / n as q from n;
       create view other as select '1' = 1 as same from n;
       create view halves as select d / 2 as h from n;
       create view folding as select count(*) as c from n where name = 'a';
       create view first_one as select n from n order by n limit 1;
       create view kinds as select active, 1 as kind from n;
       create view totals as select count(*) as TotalCount, sum(n) from n;
       create view on_totals as select TotalCount from totals;`,
    );
    expect(said).toContain("The view fails fails when it is read (bigint out of range): it is left out.");
    expect(said).toContain("The view other has other values in Postgres than in the file: it is left out.");
    for (const view of ["divides", "halves"])
      expect(said).toContain(
        `${view} is a view that uses a division of other than whole numbers by a constant`,
      );
    expect(said).toMatch(/folding is a view that uses a comparison of "name"/);
    const there = await rows("select viewname from pg_views where schemaname = 'views' order by 1");
    expect(there.flat()).toEqual(["first_one", "kinds", "on_totals", "totals"]);
    expect(await rows("select n from views.first_one")).toEqual([[null]]);
    expect(await sql.unsafe('select "TotalCount"::int, "sum(n)"::int from views.totals')).toEqual([
      { TotalCount: 3, "sum(n)": 2 },
    ]);
    expect(sentence).not.toContain("All of it is carried over exactly");
  });

  test("of tables that spell one column in two ways stay", async () => {
    await run(
      "spelling",
      `create table a (Name text); create table b (name text); insert into a values ('x'); insert into b values ('y');
       create view va as select Name from a; create view vb as select name from b;`,
    );
    expect(await rows('select "Name" from spelling.va')).toEqual([["x"]]);
    expect(await rows("select name from spelling.vb")).toEqual([["y"]]);
  });
});

describe("rows that do not keep to a rule in Postgres", () => {
  test("checks and foreign keys hold for new rows only, and the dry run says it", async () => {
    const text = `create table p (k text collate nocase primary key);
       create table c (id integer primary key, k text references p (k), n integer check (n > 0),
         m text collate nocase check (m in ('a', 'b')));
       insert into p values ('One'); insert into c values (1, 'ONE', 1, 'A');
       pragma ignore_check_constraints = on; insert into c values (2, 'One', -1, 'b');`;
    const { said } = await run("rules", text, { dryRun: true });
    expect(said).toContain(
      "c has 1 row that the foreign key (k) to p does not allow: it holds for new rows only",
    );
    expect(said).toContain("c has 1 row that the check (n > 0) does not allow: it holds for new rows only");
    expect(said).toMatch(/c has the check \(m in .*which uses a comparison of "m"/);
    await importFile(databaseName, files.path("rules.sqlite"));
    expect(await rows("select count(*)::int from rules.c")).toEqual([[2]]);
    await expect(sql.unsafe("insert into rules.c values (3, 'One', -1, 'b')")).rejects.toThrow(/c_n_check/);
    await expect(sql.unsafe("insert into rules.c values (3, 'TWO', 1, 'b')")).rejects.toThrow(/c_k_fkey/);
  });

  test("values that become the same lose their constraint, and unique moments stay text", async () => {
    const { said } = await run(
      "same",
      `create table s (a unique); insert into s values (1), ('1'), ('z');
       create table m (at datetime unique);
       insert into m values ('2024-01-01T00:00:00Z'), ('2024-01-01T02:00:00+02:00');`,
    );
    expect(said).toContain(
      "s has rows that the unique constraint (a) tells apart in SQLite and not in Postgres",
    );
    expect(said).toContain("m.at is unique and has one moment written in two ways: it becomes text");
    expect(await rows("select count(*)::int from same.s")).toEqual([[3]]);
    expect(await rows("select count(distinct at)::int from same.m")).toEqual([[2]]);
    await expect(sql.unsafe("insert into same.m values ('2024-01-01T00:00:00Z')")).rejects.toThrow(
      /m_at_key/,
    );
  });

  test("generated columns that may fail are plain values", async () => {
    const { said } = await run(
      "generated",
      `create table g (a integer, d decimal(10, 2), b integer as (a + 1), c integer as (b * 2) stored,
         q as (10 / a), e as (d * 1.1), big as (a * 3));
       insert into g (a, d) values (0, 0.1), (3, 2.5), (9000000000000000000, 1);`,
    );
    expect(said).toContain("g.c is generated and uses b, which is generated itself");
    expect(said).toContain("g.q is generated and uses a division");
    expect(await rows("select q::text from generated.g order by a")).toEqual([[null], ["3"], ["0"]]);
  });
});

describe("generated columns", () => {
  const columns = {
    ...{ up: "upper(t)", long: "length(t)", start: "substr(t, 1, 2)", larger: "t > 5", both: "a || t" },
    ...{ far: "abs(a)", minus: "-a", other: "nullif(a, 1)", where_b: "instr(t, 'b')", bare: "trim(t)" },
    ...{ twice: "r * 2", more: "a > 1", any: "coalesce(t, a)", rest: "a % 3", whole: "a * a * a * a" },
  };

  test("have the values that they have in SQLite, whoever computes them", async () => {
    const list = Object.entries(columns).map(([name, expression]) => `"${name}" as (${expression})`);
    const { sentence } = await run(
      "computed",
      `create table g (a integer, t text, r real, ${list.join(", ")});
       insert into g (a, t, r) values (5, 'äbc', 0.1), (-500000, ' x', 1e308), (null, null, null);`,
    );
    expect(sentence).toContain("3 rows");
    const names = Object.keys(columns).map((name) => `"${name}"::text`);
    expect(await rows(`select ${names.join(", ")} from computed.g order by a`)).toEqual([
      [
        ...[" X", "2", " x", "0", "-500000 x", "500000", "500000", "-500000", "0", "x"],
        ...["Infinity", "0", " x", "-2", "6.25e+22"],
      ],
      ["äBC", "3", "äb", "1", "5äbc", "5", "-5", "5", "2", "äbc", "0.2", "1", "äbc", "2", "625"],
      Array(names.length).fill(null),
    ]);
  });

  test("that Postgres computes otherwise become plain values, and the rest of the import goes on", async () => {
    const { said, sentence } = await run(
      "otherwise",
      `create table g (a integer, t text, long as (length(t)), next as (a + 1));
       insert into g (a, t) values (1, 'a' || char(0) || 'b');
       create table other (a integer, next as (a + 1)); insert into other (a) values (1);`,
    );
    expect(said).toContain(
      "g has generated columns that Postgres computes otherwise (long, next): they become plain columns with the values of now.",
    );
    expect(sentence).toContain("What is not exactly as it was was listed above: 2 remarks.");
    expect(await rows("select long::int, next::int from otherwise.g")).toEqual([[1, 2]]);
    expect(
      await rows(
        "select attrelid::regclass::text, attname from pg_attribute where attrelid in ('otherwise.g'::regclass, 'otherwise.other'::regclass) and attgenerated <> ''",
      ),
    ).toEqual([["otherwise.other", "next"]]);
    // What was imported is known again by its contents.
    const same = new DatabaseSync(files.path("otherwise.sqlite"));
    same.exec("create table gone (a); drop table gone; vacuum");
    same.close();
    expect((await importFile(databaseName, files.path("otherwise.sqlite"))).outcome).toBe("unchanged");
  });
});

describe("more columns than a row of Postgres holds", () => {
  test("are named as what is wrong", async () => {
    const list = Array.from({ length: 1_500 }, (_, n) => `c${n}`);
    const wide = `create table wide (${list.join(", ")}); insert into wide (c0) values (1);
       insert into wide values (${list.map((_, n) => 1_000_000 + n).join(", ")});`;
    await expect(run("wide", wide)).rejects.toThrow(
      "Table wide has a row whose values in 1,500 columns take 12,024 bytes; Postgres allows 8,160 for a row, long texts aside.",
    );
  });
});

describe("odd keys, names and numbers", () => {
  test("are carried over", async () => {
    const { said } = await run(
      "odd",
      `create table users (id integer primary key, body text); create table users_id_seq (a);
       create index users_pkey on users (body); create index long_one on users (lower(body));
       insert into users values (1, hex(zeroblob(6000)));
       create table d (id integer primary key desc, a text); insert into d values (1, 'x'), (null, 'y'), (null, 'z');
       create table big (x decimal(10, 2)); insert into big values (9e999), (1.5);`,
    );
    expect(said).toContain("users has values too long for the index long_one");
    expect(await rows("select count(*)::int from odd.d where id is null")).toEqual([[2]]);
    expect(await rows("select x::text from odd.big order by x")).toEqual([["1.5"], ["Infinity"]]);
    const keys = await rows(
      "select relname from pg_class where relnamespace = 'odd'::regnamespace and relkind in ('i', 'S') order by 1",
    );
    expect(keys.flat()).toContain("users_id_seq1");
    expect(
      await rows(
        "select conname from pg_constraint where conrelid = 'odd.users'::regclass and contype = 'p'",
      ),
    ).toHaveLength(1);
  });

  test("a file in WAL mode without its log says what is missing", async () => {
    const file = files.path("wal.sqlite");
    const writer = new DatabaseSync(file);
    writer.exec("pragma journal_mode = wal; create table t (a); insert into t values (1)");
    copyFileSync(file, files.path("copied.sqlite"));
    await expect(importFile(databaseName, files.path("copied.sqlite"))).rejects.toThrow(
      /copied\.sqlite has no tables\. It is in WAL mode, and .*copied\.sqlite-wal is not there/,
    );
    writer.close();
  });

  test("texts with a NUL of a file in UTF-16 become their bytes in UTF-8", async () => {
    await run(
      "utf16",
      "pragma encoding = 'UTF-16le'; create table t (a text); insert into t values ('ä' || char(0) || 'y')",
    );
    expect(await rows("select encode(a, 'hex') as a from utf16.t")).toEqual([["c3a40079"]]);
  });

  test("a mapping makes truth values and NULL of texts", async () => {
    await run("texts", "create table t (yes text, n text); insert into t values ('t', ''), ('false', '5')", {
      mapping: {
        tables: { t: { columns: { yes: { type: "boolean" }, n: { emptyIsNull: true, type: "bigint" } } } },
      },
    });
    expect(await rows("select yes, n::int from texts.t order by n")).toEqual([
      [false, 5],
      [true, null],
    ]);
  });

  test("a mapping makes moments of what Go and .NET write", async () => {
    const text = `create table t (go text, net datetime, script datetime);
      insert into t values ('2024-01-01 10:00:00.123456789 +0100 CET m=+0.1', '2024-01-01 10:00:00.1234567', '/Date(1700000000123)/');`;
    const moments = { go: "timestamptz", net: "timestamp", script: "timestamptz" } as const;
    const { said } = await run("runtimes", text, { dryRun: true });
    expect(said).toContain(
      `{"tables":{"t":{"columns":{"go":{"type":"timestamptz"},"net":{"type":"timestamp"},"script":{"type":"timestamptz"}}}}}`,
    );
    const columns = Object.fromEntries(Object.entries(moments).map(([name, type]) => [name, { type }]));
    await importFile(databaseName, files.path("runtimes.sqlite"), {
      mapping: { tables: { t: { columns } } },
    });
    await sql.unsafe("set time zone 'UTC'");
    expect(await rows("select go::text, net::text, script::text from runtimes.t")).toEqual([
      ["2024-01-01 09:00:00.123456+00", "2024-01-01 10:00:00.123456", "2023-11-14 22:13:20.123+00"],
    ]);
  });

  test("the rows of a full-text index keep their numbers, and go on from there", async () => {
    await run(
      "numbered",
      "create virtual table notes using fts5(body); insert into notes (rowid, body) values (42, 'answer')",
    );
    await sql.unsafe("insert into numbered.notes (body) values ('next')");
    expect(await rows("select rowid::int, body from numbered.notes order by 1")).toEqual([
      [42, "answer"],
      [43, "next"],
    ]);
  });

  test("moments in a file of Core Data, of Chrome and with a blank before the offset", async () => {
    await run(
      "core_data",
      `create table Z_METADATA (Z_VERSION integer primary key); create table ZNOTE (ZDATE timestamp);
       insert into ZNOTE values (457260372.02);`,
    );
    await run(
      "chrome",
      `create table visits (at timestamp, seq datetime, unknown timestamp);
       insert into visits values (13344473600000000, '2024-01-01 00:00:00.000 +00:00', 700000000);`,
    );
    expect(await rows(`select extract(epoch from "ZDATE")::float8 from core_data."ZNOTE"`)).toEqual([
      [1435567572.02],
    ]);
    expect(
      await rows(
        "select extract(epoch from at)::float8 as at, extract(epoch from seq)::float8 as seq, unknown::int from chrome.visits",
      ),
    ).toEqual([[1_700_000_000, 1_704_067_200, 700_000_000]]);
  });
});
