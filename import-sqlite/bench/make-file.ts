// Makes an SQLite file to measure with: node import-sqlite/bench/make-file.ts FILE [ROWS [TABLES]]. Every table has that
// many rows, and ten columns of all kinds.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PersonError } from "../../infra/errors.ts";

const [file, rows = "1000000", tables = "1"] = process.argv.slice(2);
if (!file || existsSync(file) || ![rows, tables].every((count) => /^[1-9]\d{0,8}$/.test(count))) {
  throw new PersonError(
    "Say a FILE that does not exist yet, how many rows and how many tables, as in: big.sqlite 1000000 1.",
  );
}
const database = new DatabaseSync(file);
database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536");
for (let number = 1; number <= Number(tables); number++)
  fill(number === 1 ? "measurements" : `more_${number}`);
database.close();

function fill(table: string): void {
  database.exec(`
  create table ${table} (
    id integer primary key,
    device integer not null,
    name text not null,
    note text,
    reading real not null,
    price real,
    active boolean not null,
    taken_at datetime not null,
    day date,
    payload blob
  );
  with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${rows})
  insert into ${table} select
    n,
    n % 997,
    'device ' || (n % 997) || ' of row ' || n,
    case when n % 10 = 0 then null when n % 7 = 0 then 'Größe, naïve café ' || n else printf('a note of some length for row %d, with "quotes"', n) end,
    n * 1.7 / 3,
    case when n % 5 = 0 then null else round(n * 0.01, 2) end,
    n % 2,
    strftime('%Y-%m-%d %H:%M:%S', 1600000000 + n, 'unixepoch'),
    date(1600000000 + n * 60, 'unixepoch'),
    case when n % 3 = 0 then null else randomblob(16) end
  from numbers;
  create index ${table}_device on ${table} (device);
`);
}
