import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import type { Token } from "../sqlite/tokens.ts";
import type { ColumnChoice } from "./column-choice.ts";
import { count } from "./count.ts";
import { translateDefault } from "./default.ts";
import { translate } from "./expression.ts";
import { fitted, identifier } from "./names.ts";
import { type ColumnPlan, namesOf, type Part, type TablePlan } from "./table-plan.ts";
import { Untranslatable } from "./untranslatable.ts";

/** Adds defaults, NOT NULL, generated columns and checks, once the columns have their types. */
export function clausesOf(table: TablePlan, choices: Record<string, ColumnChoice>, say: Say): TablePlan {
  for (const column of table.columns) {
    const kept = choices[column.source.name]?.keepValues === true;
    column.generated = kept ? undefined : generatedAs(table, column, say);
    if (column.generated !== undefined || column.identity) continue;
    column.notNull = isRequired(table, column, say);
    column.default = defaultOf(table, column, say);
  }
  return { ...table, checks: checksOf(table, say) };
}

/** @returns The translation; undefined if there is none, which `tell` reports. */
function translated<T>(work: () => T, tell: (reason: string) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    tell(error.message);
    return undefined;
  }
}

function generatedAs(table: TablePlan, column: ColumnPlan, say: Say): string | undefined {
  const { name, generated } = column.source;
  if (generated === "no") return undefined;
  const where = `${table.source.name}.${name}`;
  const sql = translated(
    () => {
      const expression = table.source.text.generated.get(name.toLowerCase());
      if (!expression) throw new Untranslatable("an expression that is not found in the table's text");
      requireNoFailure(table, expression);
      return translate(expression, namesOf(table));
    },
    (reason) =>
      say(
        where,
        "differs",
        `is generated and uses ${reason}: it becomes a plain column with the values of now`,
      ),
  );
  if (sql !== undefined && generated === "virtual") {
    say(where, "note", "was computed when read; Postgres 17 stores it");
  }
  return sql;
}

/** A product of two of these and some sums stay within 64 bits. */
const smallNumber = 2n ** 31n;

/** @throws Untranslatable for what may fail in Postgres, or be rounded otherwise, where SQLite goes on. */
function requireNoFailure(table: TablePlan, expression: Token[]): void {
  const columns = table.columns.filter(({ source }) =>
    expression.some(
      ({ kind, text }) => kind !== "string" && text.toLowerCase() === source.name.toLowerCase(),
    ),
  );
  const other = columns.find(({ source }) => source.generated !== "no");
  if (other) throw new Untranslatable(`${other.source.name}, which is generated itself`);
  const operators = expression.flatMap(({ kind, text }) => (kind === "symbol" ? [text] : []));
  if (operators.includes("/") || operators.includes("%")) throw new Untranslatable("a division");
  if (!operators.some((text) => ["+", "-", "*"].includes(text))) return;
  if (operators.filter((text) => text === "*").length > 1) throw new Untranslatable("several products");
  const large = expression.find(({ kind, text }) => kind === "number" && !(Number(text) < smallNumber));
  if (large) throw new Untranslatable(`arithmetic with the large number ${large.text}`);
  for (const { source, type, profile } of columns) {
    if (type === "numeric" || type === "double precision")
      throw new Untranslatable(`arithmetic with fractions (${source.name})`);
    const { smallestInteger, largestInteger } = profile;
    if (smallestInteger < -smallNumber || largestInteger > smallNumber)
      throw new Untranslatable(`arithmetic with large numbers (${source.name})`);
  }
}

function isRequired({ source: table }: TablePlan, { source, profile }: ColumnPlan, say: Say): boolean {
  const required = source.notNull || (table.withoutRowid && source.primaryKey > 0);
  if (!required || profile.nulls === 0) return required;
  say(
    `${table.name}.${source.name}`,
    "differs",
    `is NOT NULL and has ${count(profile.nulls, "NULL")}: it may be NULL`,
  );
  return false;
}

function defaultOf({ source: table }: TablePlan, { source, type }: ColumnPlan, say: Say): string | undefined {
  const { defaultText: text } = source;
  if (text === null) return undefined;
  return translated(
    () => translateDefault(text, type),
    (reason) =>
      say(
        `${table.name}.${source.name}`,
        "left out",
        `has the default ${text}, which uses ${reason}: it has none`,
      ),
  );
}

function checksOf(table: TablePlan, say: Say): TablePlan["checks"] {
  const names = namesOf(table);
  return table.source.text.checks.flatMap(({ name, expression }) => {
    const texts = expression.map(({ text }) => text);
    const what = `the check (${texts.join(" ")})`;
    if (isOfBoolean(texts, names.columns.get(texts[0]?.toLowerCase() ?? "")?.type)) return [];
    const sql = translated(
      () => translate(expression, names),
      (reason) => say(table.source.name, "left out", `has ${what}, which uses ${reason}: it has none`),
    );
    if (sql === undefined) return [];
    const inSqlite = table.source.sql.slice(expression[0]?.start, expression.at(-1)?.end);
    return [
      {
        ...{ what, inSqlite },
        sql: `alter table ${table.address} add ${name ? `constraint ${identifier(fitted(name))} ` : ""}check (${sql})`,
      },
    ];
  });
}

/** `active IN (0, 1)` only says what the type boolean says already. */
function isOfBoolean([, ...rest]: string[], type: string | undefined): boolean {
  return type === "boolean" && /^in \( [01] , [01] \)$/i.test(rest.join(" "));
}

/** Checks that rows of the file break hold for new rows only. */
export function checksThatHold(file: SqliteFile, { source, checks }: TablePlan, say: Say): Part[] {
  if (checks.length === 0) return [];
  const broken = checks.map(({ inSqlite }, index) => `total(not (${inSqlite})) as "${index}"`);
  const [row] = file.describe<Record<string, number>>(
    `select ${broken.join(", ")} from ${quoted(source.name)}`,
  );
  return checks.map(({ what, sql }, index) => {
    const rows = row?.[index] ?? 0;
    if (rows === 0) return { what, sql };
    say(
      source.name,
      "differs",
      `has ${count(rows, "row")} that ${what} does not allow: it holds for new rows only`,
    );
    return { what, sql: `${sql} not valid` };
  });
}
