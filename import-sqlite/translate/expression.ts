import type { TypeName } from "../encode/types.ts";
import { group, isSymbol, isWord, type Token } from "../sqlite/tokens.ts";
import { identifier, literal } from "./names.ts";

/** What names in an expression may mean, by their lower case: SQLite does not tell `A` from `a`. */
export interface Names {
  columns: Map<string, { name: string; type: TypeName }>;
  /** Tables and views, in a view only. */
  tables?: Map<string, string>;
  /** A view: it is a whole query, and has aliases. */
  query?: boolean;
}

/** Something that means nothing, or something else, in Postgres. The message ends the sentence "… uses …". */
export class Untranslatable extends Error {
  override name = "Untranslatable";
}

const operators = /^(AND|OR|NOT|IN|IS|NULL|BETWEEN|CASE|WHEN|THEN|ELSE|END|ESCAPE|DISTINCT|FROM|TRUE|FALSE)$/;
const queryWords =
  /^(SELECT|ALL|JOIN|LEFT|INNER|CROSS|OUTER|ON|USING|WHERE|GROUP|BY|HAVING|ORDER|ASC|DESC|LIMIT|OFFSET|AS|UNION|INTERSECT|EXCEPT|WITH|EXISTS|NULLS|FIRST|LAST)$/;
const symbols = new Set([
  "(",
  ")",
  ",",
  ".",
  "+",
  "-",
  "*",
  "/",
  "%",
  "||",
  "=",
  "<>",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
]);
/** Functions that do the same under this name. */
const functions: Record<string, string> = {
  ABS: "abs",
  COALESCE: "coalesce",
  IFNULL: "coalesce",
  INSTR: "strpos",
  LENGTH: "length",
  LOWER: "lower",
  LTRIM: "ltrim",
  NULLIF: "nullif",
  REPLACE: "replace",
  RTRIM: "rtrim",
  TRIM: "btrim",
  UPPER: "upper",
};
/** And those that do it over the rows of a query. */
const aggregates: Record<string, string> = { AVG: "avg", COUNT: "count", MAX: "max", MIN: "min", SUM: "sum" };

/**
 * Writes an expression, or the query of a view, as Postgres has it. Only what is known to mean the same is let through.
 * @throws Untranslatable
 */
export function translate(tokens: readonly Token[], names: Names): string {
  const written: string[] = [];
  /** Whether a boolean column is being compared, so that 0 and 1 stand for false and true. */
  let boolean = false;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    const next = tokens[index + 1];
    const word = token.kind === "word" ? token.text.toUpperCase() : "";
    const isName = (token.kind === "word" || token.kind === "name") && !isSymbol(next, ".");
    const name = isName ? names.columns.get(token.text.toLowerCase()) : undefined;
    if (isWord(token, "AND", "OR", "THEN", "ELSE", "WHEN", "WHERE", "SELECT")) boolean = false;

    if (token.kind === "string") written.push(literal(token.text));
    else if (token.kind === "blob") written.push(`'\\x${token.text}'::bytea`);
    else if (token.kind === "number") written.push(number(token, boolean));
    else if (token.kind === "symbol") written.push(symbol(token));
    else if (word === "LIKE") {
      const explicit = isWord(tokens[index + 2], "ESCAPE");
      if (!next || !["string", "word", "name"].includes(next.kind))
        throw new Untranslatable("LIKE with a computed pattern");
      const pattern = translate([next], names);
      // SQLite's LIKE does not tell a from A, and knows no escape that is not named.
      written.push("ilike", pattern, ...(explicit ? [] : ["escape ''"]));
      index++;
    } else if (word === "IS") {
      const not = isWord(next, "NOT");
      const operand = tokens[index + (not ? 2 : 1)];
      if (isWord(operand, "NULL")) written.push(not ? "is not null" : "is null");
      else if (isWord(operand, "DISTINCT")) written.push(not ? "is not distinct from" : "is distinct from");
      else written.push(not ? "is distinct from" : "is not distinct from");
      index += (not ? 1 : 0) + (isWord(operand, "NULL") ? 1 : isWord(operand, "DISTINCT") ? 2 : 0);
    } else if (word === "ISNULL") written.push("is null");
    else if (word === "NOTNULL") written.push("is not null");
    else if (word === "COLLATE") {
      if (!isWord(next, "BINARY")) throw new Untranslatable(`the collation ${next?.text ?? ""}`);
      index++;
    } else if (isWord(token, "AS") && isWord(next, "TEXT") && isSymbol(tokens[index + 2], ")")) {
      written.push("as text");
      index++;
    } else if (operators.test(word) || (names.query && queryWords.test(word)))
      written.push(word.toLowerCase());
    else if (isSymbol(next, "(") && token.kind === "word")
      written.push(called(word, tokens.slice(index), names));
    else if (name) {
      boolean = name.type === "boolean";
      written.push(identifier(name.name));
    } else written.push(other(token, names));
  }
  return written
    .join(" ")
    .replaceAll(" . ", ".")
    .replaceAll(/(\w) \((?=.)/g, "$1 (");
}

function number({ text }: Token, boolean: boolean): string {
  if (boolean && (text === "0" || text === "1")) return text === "1" ? "true" : "false";
  return text.replaceAll("_", "");
}

function symbol({ text }: Token): string {
  if (text === "==") return "=";
  if (text === ";") return "";
  if (!symbols.has(text)) throw new Untranslatable(`the operator ${text}`);
  return text;
}

function called(word: string, tokens: readonly Token[], names: Names): string {
  if (word === "SUBSTR" || word === "SUBSTRING") {
    // Counted from the end, or from 0, it means something else.
    const start = tokens.findIndex((token) => isSymbol(token, ","));
    const first = tokens[start + 1];
    if (first?.kind === "number" && /^[1-9]\d*$/.test(first.text)) return "substr";
    throw new Untranslatable("substr with a computed start");
  }
  if (word === "CAST") {
    const type = group([...tokens], 1).inner.at(-1);
    // To numbers SQLite casts whatever it is given.
    if (isWord(type, "TEXT")) return "cast";
    throw new Untranslatable(`a cast to ${type?.text ?? ""}`);
  }
  const known = functions[word] ?? (names.query ? aggregates[word] : undefined);
  if (!known) throw new Untranslatable(`the function ${word.toLowerCase()}`);
  return known;
}

function other(token: Token, names: Names): string {
  const table = names.tables?.get(token.text.toLowerCase());
  if (table !== undefined) return identifier(table);
  if (
    names.query &&
    !/^(CURRENT_|GLOB$|REGEXP$|MATCH$|OVER$|FILTER$|RECURSIVE$|NATURAL$|INDEXED$)/i.test(token.text)
  ) {
    // An alias: SQLite does not tell cases apart, so a plain one is written in one.
    return identifier(token.kind === "word" ? token.text.toLowerCase() : token.text);
  }
  if (token.doubleQuoted) return literal(token.text);
  throw new Untranslatable(token.kind === "name" ? `the name "${token.text}"` : token.text);
}
