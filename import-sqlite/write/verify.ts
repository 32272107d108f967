import { PersonError } from "../../infra/errors.ts";
import { type Content, contentQuery } from "../encode/checksum.ts";
import type { ImportPlan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import type { TableStream } from "./streams.ts";

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

/** Views that have another number of rows than in the file. They mean something else, and go. */
export async function dropWrongViews(session: Session, plan: ImportPlan): Promise<string[]> {
  const said: string[] = [];
  for (const view of plan.views) {
    const [there] = await session.query(
      `select to_regclass('${view.address.replaceAll("'", "''")}') is not null`,
    );
    if (there?.[0] !== "t") continue;
    const [row] = await session.query(`select count(*) from ${view.address}`);
    if (Number(row?.[0]) === view.rows) continue;
    said.push(
      `The view ${view.name} has ${row?.[0]} rows in Postgres and ${view.rows} in the file: it is left out.`,
    );
    await session.query(`drop view ${view.address} cascade`);
  }
  return said;
}
