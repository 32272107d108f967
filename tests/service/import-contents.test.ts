import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, superuser } from "./support/databases.ts";
import { fileOfPackage, type Imported, importFile, makeFile, scratchFolder } from "./support/imports.ts";

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

/** Rows as Postgres itself writes them: nothing here knows the binary form. */
async function texts(query: string): Promise<(string | null)[][]> {
  const rows = await sql.unsafe(
    `select to_jsonb(array(select value from jsonb_each_text(to_jsonb(q)))) as row from (${query}) q`,
  );
  return rows.map(({ row }) => row);
}
const written = (query: string) => sql.unsafe(query).then((rows) => rows.map((row) => Object.values(row)));

describe("a database made to hurt", () => {
  let imported: Imported;
  beforeAll(async () => {
    imported = await importFile(databaseName, makeFile(files.path("hurtful.sqlite"), "hurtful.sql"));
  });

  test("all of it is there, and compared", async () => {
    expect(imported.sentence).toMatch(/^Imported 19 tables with 37 rows into the schema hurtful in/);
  });

  test("values of loose typing", async () => {
    const rows = await written(
      "select b, a, d::text, left(e::text, 20), encode(c, 'escape') as c, encode(f, 'hex') as f from hurtful.loose order by b",
    );
    expect(rows).toEqual([
      ["w", "1e+300", "4", `1${"0".repeat(19)}`, "\\377", Buffer.from("1.0").toString("hex")],
      ["x", "1", "1", "1", "1", "00"],
      ["y", "abc", "2", "1.5", "1.5", Buffer.from("text").toString("hex")],
      ["z", "9223372036854775807", "3", "9007199254740993", "t", Buffer.from("7").toString("hex")],
      [null, null, null, null, null, null],
    ]);
  });

  test("odd names, infinities, and numbers at the end of 64 bits", async () => {
    expect(
      await written(
        `select "from"::text, "a ""quoted"" name", "Größe"::text, "_" from hurtful."select" order by "from"`,
      ),
    ).toEqual([
      ["-5", "x", "1.5", "e"],
      ["3", "z", "-Infinity", ""],
      ["9223372036854775807", "y", "Infinity", null],
    ]);
  });

  test("NULs and bytes that are not UTF-8 are kept as bytes", async () => {
    expect(
      await written("select encode(t, 'hex') as t, encode(u, 'hex') as u from hurtful.nul order by id"),
    ).toEqual([
      ["610062", "ff41"],
      [Buffer.from("fine").toString("hex"), Buffer.from("Größe").toString("hex")],
      ["", "efbfbd"],
    ]);
  });

  test("moments in every form", async () => {
    await sql.unsafe("set time zone 'UTC'");
    const columns = "iso::text, d::text, unix::text, ms::text, julian::text, mixed::text, zoned::text, bad";
    const [one, two] = await written(`select ${columns} from hurtful.moments order by id`);
    expect(one).toEqual([
      "2024-01-31 12:00:00.123456",
      "2024-02-29",
      "2023-11-14 22:13:20+00",
      "2023-11-14 22:13:20.123+00",
      "2023-02-25 00:00:00+00",
      "2024-01-01 00:00:00",
      "2023-12-31 22:00:00+00",
      "2023-02-30",
    ]);
    expect(two?.slice(1, 3)).toEqual(["1999-12-31", "2023-11-14 22:13:21.5+00"]);
  });

  test("decimals, JSON, booleans, generated columns", async () => {
    expect(await written("select p::text, q::text, m::text from hurtful.dec")).toEqual([
      ["1.1", "5", "0.1"],
      ["123456789.25", "0.0000001", "-12345678.9012345"],
      ["0", "0", "100000000000000000000"],
    ]);
    expect(await written("select j::text, k from hurtful.js")).toEqual([
      ['{"a":1}', "{bad"],
      ["[1]", "1"],
    ]);
    expect(await written("select b, c::text from hurtful.bools")).toEqual([
      [false, "2"],
      [true, "0"],
      [null, "1"],
    ]);
    expect(await written("select c::text, d, f::text from hurtful.gen")).toEqual([
      ["3", "1-2", "2"],
      ["7", "3-4", "6"],
      [null, null, null],
    ]);
    const generated = await texts(
      "select attname from pg_attribute where attrelid = 'hurtful.gen'::regclass and attgenerated = 's' order by 1",
    );
    expect(generated.flat()).toEqual(["c", "d", "f"]);
  });

  test("keys, foreign keys, checks, indexes and defaults hold for what comes after", async () => {
    const refused = (statement: string) => expect(sql.unsafe(statement)).rejects.toThrow;
    await refused("insert into hurtful.parent values (1, 'again')")(/parent_pkey/);
    await refused("insert into hurtful.child values (9, 98, 'one', null)")(/child_p_fkey/);
    await refused("insert into hurtful.checks (n) values (100)")(/checks_n_check/);
    await refused("insert into hurtful.wr values ('a', 9, 'X')")(/idx_nc/);
    const [row] = await sql.unsafe(
      "insert into hurtful.empty default values returning id::int, b, t, c, e, d",
    );
    expect(row).toMatchObject({
      id: 1,
      b: true,
      t: "it's",
      c: "3",
      e: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:/),
    });
    expect(row?.d).toBeInstanceOf(Date);
    const [next] = await sql.unsafe("insert into hurtful.parent (code) values ('three') returning id::int");
    expect(next).toEqual({ id: 3 });
    expect(
      (
        await texts(
          "select indexname from pg_indexes where schemaname = 'hurtful' and indexname like 'idx%' order by 1",
        )
      ).flat(),
    ).toEqual(["idx_expr", "idx_nc", "idx_part"]);
  });

  test("views that translate give the same rows", async () => {
    expect(await written("select code, n::int from hurtful.v2 order by code")).toContainEqual(["one", 1]);
    expect(await written("select code from hurtful.v4")).toEqual([["one"]]);
  });

  test.each([
    "tr of parent is a trigger",
    "fts is a virtual table: what it holds is carried over",
    "loose.a is declared INTEGER and holds 1 text beside 3 numbers: it becomes text",
    "nul.t has 1 text with a NUL",
    "child has 1 row that the foreign key (p) to parent does not allow: it holds for new rows only",
    "child has the foreign key (nowhere) to missing, a table that is not imported",
    "empty.f has the default random(), which uses the function random: it has none",
    "checks has the check (json_valid ( j )), which uses the function json_valid",
    "v3 is a view that uses the function strftime",
    "wr has the index idx_fn (strftime ( '%Y' , v )), which uses the function strftime",
    "pknull has NULL in the primary key (a, b): it becomes a unique constraint",
    "sys.xmin is called xmin_",
    "moments.unix is declared timestamp and holds seconds since 1970",
  ])("what is not exactly as it was is said first: %s", (sentence) => {
    expect(imported.said.replaceAll("strftime ( %Y", "strftime ( '%Y'")).toContain(sentence);
  });

  test("the service may read it", async () => {
    const [row] = await sql.unsafe(
      "select has_table_privilege('capstone', 'hurtful.parent', 'select, insert, update, delete') as may",
    );
    expect(row).toEqual({ may: true });
  });
});

// Databases that were not made for this project, as packages of PyPI carry them. They are fetched when they are tested.
const publicDatabases = [
  {
    name: "mendeleev",
    version: "1.1.0",
    member: "mendeleev/elements.db",
    rows: "67,580",
    table: "elements.isotopes",
    count: 3_557,
  },
  {
    name: "pyproj",
    version: "3.7.0",
    member: "pyproj/proj_dir/share/proj/proj.db",
    rows: "73,917",
    table: "proj.projected_crs",
    count: 10_182,
  },
  {
    name: "aigeodb",
    version: "0.2.6",
    member: "aigeodb/sqlite/cities.sqlite3",
    rows: "151,072",
    table: "cities.cities",
    count: 151_072,
  },
  // BSD 3-clause; its data is OpenStreetMap's (ODbL). A GeoPackage with R-trees and spatial triggers.
  {
    name: "momepy",
    version: "1.0.0",
    member: "momepy/datasets/bubenec.gpkg",
    rows: "1,511",
    table: "bubenec.plots",
    count: 407,
  },
  // MIT.
  {
    name: "xraydb",
    version: "4.5.8",
    member: "xraydb/xraydb.sqlite",
    rows: "9,090",
    table: "xraydb.xray_transitions",
    count: 1_807,
  },
  // MIT.
  {
    name: "pypostalcode",
    version: "0.4.1",
    member: "pypostalcode/postalcodes.db",
    rows: "1,645",
    table: 'postalcodes."PostalCodes"',
    count: 1_645,
  },
];
for (const { name, version, member, rows, table, count } of publicDatabases) {
  test(`the database of the package ${name} ${version}`, async ({ skip }) => {
    const file = await fileOfPackage(name, version, member);
    if (!file) return skip(`${name} ${version} cannot be had here`);
    const { sentence } = await importFile(databaseName, file);
    expect(sentence).toContain(` with ${rows} rows `);
    expect(await written(`select count(*)::int from ${table}`)).toEqual([[count]]);
    expect((await importFile(databaseName, file)).outcome).toBe("unchanged");
  });
}
