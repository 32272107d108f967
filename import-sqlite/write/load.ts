import { PersonError } from "../../infra/errors.ts";
import type { Content } from "../encode/checksum.ts";
import { InvalidCell, RowEncoder } from "../encode/row-encoder.ts";
import { buffersInTurn, type CopyIn } from "../postgres/copy-in.ts";
import { ServerRefusal } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import type { TableStream } from "./streams.ts";

/**
 * Sends a table's rows. Memory does not grow with them: the next are read once the server has accepted the previous ones.
 * @param progress Called now and then with the number of rows sent.
 * @returns What was sent, to compare with what the server has.
 * @throws PersonError that names table, row and column.
 */
export async function load(
  session: Session,
  stream: TableStream,
  progress: (rows: number) => void,
): Promise<Content> {
  const encoder = new RowEncoder(stream.columns, buffersInTurn);
  const copy = session.copyIn(
    `copy ${stream.address} (${stream.sent.join(", ")}) from stdin (format binary)`,
  );
  let rows = 0;
  try {
    for (const values of stream.rows()) {
      rows++;
      const full = encoder.add(values);
      if (!full) continue;
      await copy.write(full);
      progress(rows);
    }
    for (const last of encoder.finish()) await copy.write(last);
    await copy.end();
    return encoder.content;
  } catch (error) {
    throw await placed(error, stream, copy);
  }
}

/** The same without a server: what a table would be compared by. */
export function contentOf(stream: TableStream): Content {
  const encoder = new RowEncoder(stream.columns, 1);
  for (const values of stream.rows()) encoder.add(values);
  return encoder.content;
}

/** Postgres' code for a limit of its own. */
const rowTooLarge = "54000";

async function placed(error: unknown, { label, columns }: TableStream, copy: CopyIn): Promise<unknown> {
  if (error instanceof InvalidCell) {
    await copy.cancel("a row cannot be sent");
    return new PersonError(
      `Table ${label}, row ${error.row}, column ${error.column}: ${error.message}. Nothing was imported.`,
    );
  }
  if (error instanceof ServerRefusal && !error.passes) {
    const [, row, column] = /^COPY .*, line (\d+)(?:, column ([^:\n]+))?/m.exec(error.where) ?? [];
    const place = `${row ? `, row ${row}` : ""}${(column ?? error.column) ? `, column ${column ?? error.column}` : ""}`;
    const size = error.code === rowTooLarge ? /size (\d+), maximum size (\d+)/.exec(error.message) : null;
    if (size)
      return new PersonError(
        `Table ${label} has a row whose values in ${columns.length.toLocaleString("en")} columns take ${Number(size[1]).toLocaleString("en")} bytes; Postgres allows ${Number(size[2]).toLocaleString("en")} for a row, long texts aside. Leave some columns out with a mapping file. Nothing was imported.`,
      );
    const detail = error.detail === "" ? "" : ` (${error.detail})`;
    return new PersonError(`Table ${label}${place}: ${error.message}${detail}. Nothing was imported.`);
  }
  await copy.cancel("the rows cannot be read").catch(() => {});
  return error;
}
