import type { TypeName } from "../encode/types.ts";
import type { Token } from "../sqlite/tokens.ts";
import { identifier, literal } from "./names.ts";
import { type Expression, unit } from "./postgres-expression.ts";
import { Untranslatable } from "./untranslatable.ts";

export interface NamedColumn {
  name: string;
  type: TypeName | undefined;
  /** In several tables, spelled in several ways. */
  spellings?: Set<string>;
  /** Compared without regard to case or to blanks behind it, as its collation says. */
  folds?: boolean;
}

/** What the names in an expression refer to, by their lower case: SQLite ignores case in names. */
export interface Names {
  columns: Map<string, NamedColumn>;
  /** Tables and views, in a view only. */
  tables?: Map<string, string>;
}

/** Words that are names only in quotes. */
const reserved = new Set(
  `ALL AND AS ASC BETWEEN BY CASE COLLATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DESC DISTINCT ELSE END
  ESCAPE EXCEPT EXISTS FILTER FROM FULL GLOB GROUP HAVING IN INDEXED INNER INTERSECT IS ISNULL JOIN LEFT LIKE LIMIT
  MATCH NATURAL NOT NOTNULL NULL NULLS OFFSET ON OR ORDER OUTER OVER RECURSIVE REGEXP RETURNING RIGHT SELECT THEN UNION
  USING VALUES WHEN WHERE WINDOW WITH`.split(/\s+/),
);

/** Whether it may name a column, a table or an alias. */
export const isName = (token: Token | undefined): token is Token =>
  token?.kind === "name" || (token?.kind === "word" && !reserved.has(token.text.toUpperCase()));

/** A column, outside a query. @throws Untranslatable if there is none of this name. */
export function columnReference(token: Token, names: Names): Expression {
  const column = knownColumn(token, names);
  if (column) return column;
  // SQLite takes a name in double quotes for a string if there is no such column.
  if (token.doubleQuoted) return unit(literal(token.text), { type: "text", simple: true });
  throw new Untranslatable(token.kind === "name" ? `the name "${token.text}"` : token.text);
}

/** A column or an alias, in a query. @throws Untranslatable for anything but a name. */
export function columnOrAlias(token: Token, names: Names): Expression {
  const { text } = token;
  if (!isName(token)) throw new Untranslatable(text);
  return knownColumn(token, names) ?? unit(tableOrAlias(token, names), { simple: true });
}

/** SQLite ignores case in aliases, so those without quotes are all written in lower case. */
export function tableOrAlias(token: Token, { tables }: Names): string {
  const known = tables?.get(token.text.toLowerCase());
  return identifier(known ?? (token.kind === "word" ? token.text.toLowerCase() : token.text));
}

function knownColumn(token: Token, { columns }: Names): Expression | undefined {
  const column = columns.get(token.text.toLowerCase());
  if (column === undefined) return undefined;
  const { name, type, spellings, folds = false } = column;
  const spelled = spellings?.has(token.text) ? token.text : name;
  if (spellings !== undefined && spellings.size > 1 && spelled !== token.text)
    throw new Untranslatable(`the name ${token.text}, which several tables spell in several ways`);
  return unit(identifier(spelled), { type, simple: true, ...(folds && { folds }) });
}
