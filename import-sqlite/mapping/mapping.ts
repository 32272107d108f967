import { readFileSync } from "node:fs";
import { PersonError } from "../../infra/errors.ts";
import type { SqliteSchema, SqliteTable } from "../sqlite/schema.ts";
import type { ColumnChoice } from "../translate/column-choice.ts";
import schema from "./mapping.schema.json" with { type: "json" };

export interface UsersMapping {
  table: string;
  key?: string;
  handle: string;
  email?: string;
  passwordHash?: string;
  displayName?: string;
  bio?: string;
  avatar?: string;
  createdAt?: string;
  /** An SQL condition on the table: its rows become accounts that nobody logs in to. Null for none. */
  closed?: string | null;
}

export interface PostsMapping {
  table: string;
  key?: string;
  author: string;
  title?: string;
  body: string;
  createdAt?: string;
  /** An SQL condition on the table: its rows are not published. Null for none. */
  hidden?: string | null;
}

/** A mapping file's content; `mapping.schema.json` describes it. */
export interface Mapping {
  schema?: string;
  users?: UsersMapping | null;
  posts?: PostsMapping | null;
  tables?: Record<
    string,
    { leaveOut?: boolean; columns?: Record<string, ColumnChoice & { leaveOut?: boolean }> }
  >;
}

/** @throws PersonError that names the file, the place in it, and what is allowed there. */
export async function readMapping(file: string): Promise<Mapping> {
  let mapping: unknown;
  try {
    mapping = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new PersonError(`The mapping file ${file} cannot be read: ${(error as Error).message}.`);
  }
  // Loaded only when there is a mapping file.
  const { Ajv } = await import("ajv");
  const validate = new Ajv({ allErrors: false }).compile<Mapping>(schema);
  if (validate(mapping)) return mapping;
  // Of the alternatives' errors, those about null are the least useful.
  const error = (validate.errors ?? []).findLast(
    ({ keyword, params }) => keyword !== "anyOf" && params.type !== "null",
  );
  const extra = error?.params.additionalProperty ?? error?.params.allowedValues?.join(", ") ?? "";
  throw new PersonError(
    `The mapping file ${file} is wrong at "${error?.instancePath || "/"}": it ${error?.message}${extra === "" ? "" : ` (${extra})`}; import-sqlite/mapping/mapping.schema.json says what is allowed.`,
  );
}

/** What a mapping of users or posts says beside its columns. */
export const noColumns = ["table", "closed", "hidden"];

/** @throws PersonError for the first table or column that the file does not have. */
export function requireNames(mapping: Mapping, { tables }: SqliteSchema): void {
  const require = (table: string, columns: (string | undefined)[]) => {
    const found = tables.find(({ name }) => name === table);
    if (!found)
      throw unknown(
        `table "${table}"`,
        tables.map(({ name }) => name),
      );
    for (const column of columns) {
      if (column !== undefined && !hasColumn(found, column)) {
        throw unknown(
          `column "${column}" of the table ${table}`,
          found.columns.map(({ name }) => name),
        );
      }
    }
  };
  for (const part of [mapping.users, mapping.posts]) {
    if (part)
      require(part.table, Object.entries(part).flatMap(([role, name]) =>
        noColumns.includes(role) ? [] : [name],
      ));
  }
  for (const [table, { columns = {} }] of Object.entries(mapping.tables ?? {})) {
    require(table, Object.keys(columns));
  }
}

const hasColumn = (table: SqliteTable, column: string) => table.columns.some(({ name }) => name === column);

const unknown = (what: string, there: string[]) =>
  new PersonError(`The mapping names the ${what}, which the file does not have; it has ${there.join(", ")}.`);
