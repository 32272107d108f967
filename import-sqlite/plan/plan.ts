import { PersonError } from "../../infra/errors.ts";
import { type Mapping, requireNames } from "../mapping/mapping.ts";
import { completed } from "../mapping/recognise.ts";
import { type AccountsPlan, AccountsPlanner } from "../service/accounts.ts";
import { readImages } from "../service/images.ts";
import { definePasswordFunction } from "../service/kept-passwords.ts";
import { Posts } from "../service/posts.ts";
import type { Scratch } from "../service/scratch.ts";
import { requireSound } from "../sqlite/check.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { defineProfileFunction, profileTable } from "../sqlite/profile.ts";
import { readSchema, type SqliteSchema, type SqliteTable } from "../sqlite/schema.ts";
import { checksThatHold } from "../translate/clauses.ts";
import { foreignKeysOf } from "../translate/foreign-keys.ts";
import { keysOf } from "../translate/keys.ts";
import { schemaName } from "../translate/names.ts";
import { alignReferences, type ProfiledTable } from "../translate/reference-types.ts";
import { planTable } from "../translate/table.ts";
import type { Part, TablePlan } from "../translate/table-plan.ts";
import { momentsToKeep } from "../translate/uniqueness.ts";
import { planView, type ViewPlan } from "../translate/view.ts";
import { keptTables, sayLog, sayWhatStays } from "./kept-tables.ts";
import type { Remark, Say } from "./remarks.ts";

/** A key, an index or a foreign key, made once the rows are there. */
export interface LaterPart extends Part {
  /** Its name in SQLite. */
  table: string;
}

export interface ImportPlan {
  schema: string;
  tables: TablePlan[];
  keys: LaterPart[];
  checks: LaterPart[];
  foreignKeys: LaterPart[];
  views: ViewPlan[];
  accounts: AccountsPlan | undefined;
  posts: { source: Posts; posts: number } | undefined;
  /** Images of the folder of uploads; 0 without one. */
  images: number;
  remarks: Remark[];
}

export interface PlanInput {
  file: SqliteFile;
  mapping: Mapping;
  uploads: string | undefined;
  assetsUrl: string;
  scratch: Scratch;
  /** Fills the scratch database with the handles and addresses already in use. */
  loadTaken: () => Promise<void>;
  progress: (sentence: string) => void;
}

/**
 * Reads the whole file once and plans the import. Writes only to the scratch database.
 * @throws PersonError for a damaged file, or a mapping that does not fit it.
 */
export async function makePlan(input: PlanInput): Promise<ImportPlan> {
  const { file, scratch } = input;
  input.progress("checking the file");
  const all = readSchema(file);
  requireNames(input.mapping, all);
  definePasswordFunction(file);
  const remarks: Remark[] = [];
  const say: Say = (where, kind, sentence) => remarks.push({ where, kind, sentence });
  sayLog(file, all, say);
  requireSound(file, all, say);
  const mapping = completed(input.mapping, all, file, say);
  const schema = mapping.schema ?? schemaName(file.path);

  sayWhatStays(all, say);
  const kept = keptTables(file, all, mapping, say);
  const tables = profiled(input, all, kept, schema, mapping, say);
  const views = all.views.flatMap(
    (view) =>
      planView(
        schema,
        view,
        file,
        tables,
        all.views.map(({ name }) => name),
        say,
      ) ?? [],
  );

  if (input.uploads !== undefined) await readImages(input.uploads, schema, scratch, say);
  const images = scratch.first<{ count: number }>("select count(*) as count from images")?.count ?? 0;
  if (mapping.users) await input.loadTaken();
  const accounts = mapping.users
    ? new AccountsPlanner(scratch, mapping.users, schema, input.assetsUrl).plan(
        file,
        input.uploads !== undefined,
        say,
      )
    : undefined;
  const source = mapping.posts
    ? new Posts(file, scratch, mapping.posts, schema, input.mapping.posts?.hidden === null)
    : undefined;
  const later = (parts: (table: TablePlan) => Part[]) =>
    tables.flatMap((table) => parts(table).map((part) => ({ ...part, table: table.source.name })));
  return {
    ...{ schema, tables, views, accounts, images, remarks },
    keys: later((table) => keysOf(file, table, say)),
    checks: later((table) => checksThatHold(file, table, say)),
    foreignKeys: later((table) => foreignKeysOf(file, table, tables, say)),
    posts: source && { source, posts: source.plan(say) },
  };
}

/** Postgres' limit of columns per table. */
const mostColumns = 1_600;

function profiled(
  { file, progress }: PlanInput,
  { encoding }: SqliteSchema,
  kept: SqliteTable[],
  schema: string,
  mapping: Mapping,
  say: Say,
): TablePlan[] {
  defineProfileFunction(file);
  const read = kept.map((table): ProfiledTable => {
    if (table.columns.length > mostColumns) {
      throw new PersonError(
        `The table ${table.name} has ${table.columns.length} columns; Postgres allows ${mostColumns}. Leave some out with a mapping file.`,
      );
    }
    progress(`reading ${table.name}`);
    const profile = profileTable(file, table, encoding !== "UTF-8");
    return { table, profile, choices: mapping.tables?.[table.name]?.columns ?? {} };
  });
  alignReferences(read, say);
  return read.map((profiledTable) => planned(file, profiledTable, schema, say));
}

/** A table's plan; moments that uniqueness depends on stay the texts that they are. */
function planned(
  file: SqliteFile,
  { table, profile, choices }: ProfiledTable,
  schema: string,
  say: Say,
): TablePlan {
  const remarks: Parameters<Say>[] = [];
  const plan = planTable(schema, table, profile, choices, (...remark) => remarks.push(remark));
  const texts = momentsToKeep(file, plan).filter((name) => choices[name]?.type === undefined);
  if (texts.length === 0) {
    for (const remark of remarks) say(...remark);
    return plan;
  }
  for (const name of texts)
    say(
      `${table.name}.${name}`,
      "differs",
      "is unique and has one moment written in two ways: it becomes text",
    );
  const asText = Object.fromEntries(texts.map((name) => [name, { ...choices[name], type: "text" as const }]));
  return planTable(schema, table, profile, { ...choices, ...asText }, say);
}
