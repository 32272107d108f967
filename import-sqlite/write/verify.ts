import { PersonError } from "../../infra/errors.ts";
import { type Content, contentQuery } from "../encode/checksum.ts";
import type { ImportPlan } from "../plan/plan.ts";
import { ServerRefusal, SessionLost } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { literal } from "../translate/names.ts";
import type { ViewPlan } from "../translate/view.ts";
import type { TableStream } from "./streams.ts";
import { columnsOfView, contentInPostgres, contentInSqlite } from "./view-content.ts";

/**
 * Compares what the server has of a table with what was read from the file.
 * @throws PersonError when a row or a value differs.
 */
export async function verify(session: Session, stream: TableStream, expected: Content): Promise<void> {
  const [row] = await session.query(contentQuery(stream.address, stream.compared, stream.condition));
  const found = { rows: Number(row?.[0]), checksum: BigInt(row?.[1] ?? "-1") };
  if (found.rows !== expected.rows) {
    throw new PersonError(
      `Table ${stream.label} has ${found.rows} rows in Postgres and ${expected.rows} in the file. Nothing was imported.`,
    );
  }
  if (found.checksum === expected.checksum) return;
  throw new PersonError(
    `Table ${stream.label} has another content in Postgres than in the file${computedIn(stream)}: the checksums are ${found.checksum} and ${expected.checksum}. Nothing was imported.`,
  );
}

/** What Postgres computes can differ although everything sent is the same. */
function computedIn({ columns }: TableStream): string {
  const generated = columns.filter((column) => column.generated).map(({ name }) => name);
  if (generated.length === 0) return "";
  return `, perhaps in what Postgres computes itself (${generated.join(", ")}; "keepValues" in a mapping file keeps the file's)`;
}

/** Views that have other rows than in the file, or fail. They mean something else, and go. */
export async function dropWrongViews(
  session: Session,
  plan: ImportPlan,
  file: SqliteFile,
): Promise<string[]> {
  const said: string[] = [];
  await session.query("set local time zone 'UTC'");
  for (const view of plan.views) {
    const [there] = await session.query(`select to_regclass(${literal(view.address)}) is not null`);
    // It was built on one that went.
    const difference =
      there?.[0] === "t"
        ? await differenceOf(session, plan, view, file)
        : "is built on a view that is left out";
    if (difference === undefined) continue;
    said.push(`The view ${view.name} ${difference}: it is left out.`);
    await session.query(`drop view if exists ${view.address} cascade`);
  }
  return said;
}

/** @returns What is different about a view; undefined where nothing is. */
async function differenceOf(
  session: Session,
  { tables }: ImportPlan,
  view: ViewPlan,
  file: SqliteFile,
): Promise<string | undefined> {
  try {
    await session.query("savepoint view");
    const columns = await columnsOfView(session, view, tables);
    const [here, there] = [
      contentInSqlite(file, view, columns),
      await contentInPostgres(session, view, columns),
    ];
    await session.query("release savepoint view");
    if (here.rows !== there.rows) return `has ${there.rows} rows in Postgres and ${here.rows} in the file`;
    return here.sum === there.sum ? undefined : "has other values in Postgres than in the file";
  } catch (error) {
    if (error instanceof SessionLost || (error instanceof ServerRefusal && error.passes)) throw error;
    await session.query("rollback to savepoint view");
    return `fails when it is read (${(error as Error).message})`;
  }
}
