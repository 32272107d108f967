import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { Mapping } from "../../../import-sqlite/mapping/mapping.ts";
import { makePlan } from "../../../import-sqlite/plan/plan.ts";
import { showPlan } from "../../../import-sqlite/plan/show.ts";
import { Scratch } from "../../../import-sqlite/service/scratch.ts";
import { SqliteFile } from "../../../import-sqlite/sqlite/database.ts";
import { contentOf } from "../../../import-sqlite/write/load.ts";
import { tableStreams } from "../../../import-sqlite/write/streams.ts";

const folder = mkdtempSync(join(tmpdir(), "capstone-plan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** The plan for a file that `sql` makes, as text and by its columns' types; every row is encoded as it would be sent. */
async function planned(sql: string, mapping: Mapping = {}) {
  const path = join(folder, `file${++files}.sqlite`);
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  // Some rewrite the schema, as a program with an extension would have written it.
  database.enableDefensive(false);
  database.exec(sql);
  database.close();
  const file = SqliteFile.open(path);
  const scratch = new Scratch();
  try {
    const plan = await makePlan({
      ...{ file, mapping, scratch, uploads: undefined, assetsUrl: "http://assets.test" },
      ...{ loadTaken: async () => {}, progress: () => {} },
    });
    const rows = Object.fromEntries(
      tableStreams(plan, file).map((stream) => [stream.label, contentOf(stream).rows]),
    );
    const types = Object.fromEntries(
      plan.tables.map(({ source, columns }) => [
        source.name,
        Object.fromEntries(columns.map(({ name, type }) => [name, type])),
      ]),
    );
    return { said: showPlan(plan, path), types, rows };
  } finally {
    scratch.close();
    file.close();
  }
}

/** The mapping file that a plan proposes. */
function proposedIn(said: string): Mapping {
  const lines = said.split("\n");
  const title = lines.findIndex((line) => line.includes("this mapping file does it"));
  return title < 0 ? {} : JSON.parse(lines[title + 1] ?? "");
}

describe("texts that could be more than texts", () => {
  const file = `
    create table t (
      flag boolean, n integer, price decimal(10, 2), empty integer, day date, at datetime, zoned datetime, json json,
      go text, net datetime, script timestamp, note text, mixed boolean, both datetime
    );
    insert into t values
      ('t', '', '', '', '', '', '2024-01-01 10:00:00+02:00', '', '2024-01-01 10:00:00.123456789 +0100 CET m=+0.1',
        '2024-01-01 10:00:00.1234567', '/Date(1700000000123)/', '2024-01-01', 'f', '2024-01-01 10:00:00'),
      ('False', 5, 1.5, null, '2024-01-01', '2024-01-01 10:00:00', '2024-01-01 10:00:00.1234567Z', '[1]',
        '2024-01-01 10:00:00 +0000 UTC', '2024-01-01', '2024-01-01T10:00:00.1234567Z', '', 'perhaps',
        '2024-01-01 10:00:00.1234567Z');`;

  test("stay texts, and the plan has the mapping file that makes more of them", async () => {
    const { said, types } = await planned(file);
    const { note: _note, mixed: _mixed, both: _both, ...better } = types.t ?? {};
    expect(new Set(Object.values(better))).toEqual(new Set(["text"]));
    expect(proposedIn(said).tables?.t?.columns).toEqual({
      flag: { type: "boolean" },
      n: { emptyIsNull: true },
      price: { emptyIsNull: true },
      empty: { emptyIsNull: true },
      day: { emptyIsNull: true, type: "date" },
      at: { emptyIsNull: true, type: "timestamp" },
      zoned: { type: "timestamptz" },
      json: { emptyIsNull: true },
      go: { type: "timestamptz" },
      net: { type: "timestamp" },
      script: { type: "timestamptz" },
    });
  });

  test("become more with it", async () => {
    const { said, types, rows } = await planned(file, proposedIn((await planned(file)).said));
    expect(types.t).toEqual({
      ...{ flag: "boolean", n: "bigint", price: "numeric", empty: "bigint", day: "date", at: "timestamp" },
      ...{ zoned: "timestamptz", json: "json", go: "timestamptz", net: "timestamp", script: "timestamptz" },
      ...{ note: "text", mixed: "text", both: "text" },
    });
    expect(rows).toEqual({ t: 2 });
    expect(proposedIn(said)).toEqual({});
    expect(said).toContain(
      "t.go has 2 moments with an offset or finer than a microsecond: the moment is kept to the microsecond, its offset is not",
    );
  });
});

describe("what SQLite here cannot read, or computes itself", () => {
  const rewritten = (from: string, to: string) =>
    `pragma writable_schema = on; update sqlite_schema set sql = replace(sql, '${from}', '${to}');`;

  test("a column computed by a function that is not here is left out with its index, one that is stored stays", async () => {
    const { said, types, rows } = await planned(
      `create table t (a text, g as (upper(a)), s text as (upper(a)) stored); create index tg on t (g);
       insert into t (a) values ('x'); ${rewritten("upper(a)", "myfunc(a)")}`,
    );
    expect(said).toContain("t.g is generated and cannot be read here (unknown function: myfunc())");
    expect(said).toContain("t has the index tg (g), which uses the column g, which is left out: it has none");
    expect(types).toEqual({ t: { a: "text", s: "text" } });
    expect(rows).toEqual({ t: 1 });
  });

  test.each([
    ["a * b * 3", "several products"],
    ["a + 9223372036854775807", "arithmetic with the large number 9223372036854775807"],
    ["a / b", "a division"],
    ["d * 2", "arithmetic with fractions (d)"],
    ["c + 1", "c, which is generated itself"],
  ])("a column computed as %s becomes plain values", async (expression, reason) => {
    const { said, rows } = await planned(
      `create table t (a integer, b integer, d decimal(10, 2), c as (a + 1), g as (${expression}));
       insert into t (a, b, d) values (2000000000, 0, 1.1);`,
    );
    expect(said).toContain(
      `t.g is generated and uses ${reason}: it becomes a plain column with the values of now`,
    );
    expect(rows).toEqual({ t: 1 });
  });
});

describe("full-text indexes", () => {
  test("keep their row numbers, and a table is a person's own whatever it is called", async () => {
    const { said, types, rows } = await planned(`
      create table search_content (id integer primary key, body text); insert into search_content values (7, 'hello');
      create virtual table search using fts5(body, content='search_content', content_rowid='id');
      insert into search (rowid, body) values (7, 'hello');
      create table notes_docsize (note text); create virtual table notes using fts3(body);
      insert into notes (docid, body) values (43, 'older');
      create virtual table places using rtree(id, west, east); insert into places values (1, 0, 1);`);
    expect(types).toEqual({
      search: { rowid: "bigint", body: "text" },
      search_content: { id: "bigint", body: "text" },
      notes: { rowid: "bigint", body: "text" },
      notes_docsize: { note: "text" },
      places: { id: "bigint", west: "double precision", east: "double precision" },
    });
    expect(rows).toEqual({ search: 1, search_content: 1, notes: 1, notes_docsize: 0, places: 1 });
    expect(said).toMatch(/notes_content, .*search_idx is where an extension of SQLite keeps its own data/);
  });
});
