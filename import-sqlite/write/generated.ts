import { PersonError } from "../../infra/errors.ts";
import type { Content } from "../encode/checksum.ts";
import type { ImportPlan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { createTable } from "../translate/table.ts";
import { contentOf } from "./load.ts";
import { type TableStream, tableStreams } from "./streams.ts";

/**
 * Fills a table, and again if Postgres fails at a generated column or computes something else than SQLite: then with the
 * file's values in plain columns, which becomes a remark of the plan.
 * @param fill Sends the rows and compares them.
 * @returns What the table was planned to hold.
 * @throws What `fill` throws for any other reason.
 */
export async function fillGenerated(
  session: Session,
  plan: ImportPlan,
  file: SqliteFile,
  stream: TableStream,
  fill: (stream: TableStream) => Promise<Content>,
): Promise<Content> {
  const table = stream.copyOf;
  const generated = table?.columns.filter((column) => column.generated !== undefined) ?? [];
  if (table === undefined || generated.length === 0) return fill(stream);
  await session.query("savepoint generated");
  try {
    const content = await fill(stream);
    await session.query("release savepoint generated");
    return content;
  } catch (error) {
    if (!(error instanceof PersonError)) throw error;
  }
  await session.query("rollback to savepoint generated");
  const content = contentOf(stream);
  for (const column of generated) column.generated = undefined;
  await session.query(`drop table ${table.address}; ${createTable(table)}`);
  const [plain] = tableStreams({ tables: [table] }, file);
  if (plain) await fill(plain);
  plan.remarks.push({
    where: table.source.name,
    kind: "differs",
    sentence: `has generated columns that Postgres computes otherwise (${generated.map(({ name }) => name).join(", ")}): they become plain columns with the values of now`,
  });
  return content;
}
