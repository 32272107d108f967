import { group, isSymbol, isWord, split, type Token, tokensOf } from "./tokens.ts";

/** What only the text of CREATE TABLE tells: no pragma of SQLite has it. */
export interface TableText {
  checks: { name: string | undefined; expression: Token[] }[];
  /** Expressions of generated columns, by the column's name in lower case. */
  generated: Map<string, Token[]>;
  /** Collations that are not BINARY, in upper case, by the column's name in lower case. */
  collations: Map<string, string>;
  autoincrement: boolean;
  deferred: boolean;
}

export function readTableText(sql: string): TableText {
  const tokens = tokensOf(sql);
  const text: TableText = {
    checks: [],
    generated: new Map(),
    collations: new Map(),
    autoincrement: tokens.some((token) => isWord(token, "AUTOINCREMENT")),
    deferred: tokens.some(
      (token, index) => isWord(token, "INITIALLY") && isWord(tokens[index + 1], "DEFERRED"),
    ),
  };
  const open = tokens.findIndex((token) => isSymbol(token, "("));
  if (open < 0) return text;
  for (const definition of split(group(tokens, open).inner)) readDefinition(definition, text);
  return text;
}

function readDefinition(tokens: Token[], text: TableText): void {
  const first = tokens[0];
  const ofTable = isWord(first, "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN");
  const column = ofTable ? "" : (first?.text.toLowerCase() ?? "");
  let constraint: string | undefined;
  for (let index = ofTable ? 0 : 1; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    const opens = isSymbol(tokens[index + 1], "(");
    if (isWord(token, "CONSTRAINT")) constraint = tokens[++index]?.text;
    else if (isWord(token, "CHECK") && opens) {
      const { inner, next } = group(tokens, index + 1);
      text.checks.push({ name: constraint, expression: inner });
      constraint = undefined;
      index = next - 1;
    } else if (isWord(token, "AS") && opens && column !== "") {
      const { inner, next } = group(tokens, index + 1);
      text.generated.set(column, inner);
      index = next - 1;
    } else if (isWord(token, "COLLATE") && column !== "") {
      const collation = tokens[++index]?.text.toUpperCase() ?? "";
      if (collation !== "BINARY") text.collations.set(column, collation);
    } else if (isSymbol(token, "(")) index = group(tokens, index).next - 1;
  }
}

/** The indexed expressions and the condition of CREATE INDEX. */
export function readIndexText(sql: string): { keys: Token[][]; where: Token[] | undefined } {
  const tokens = tokensOf(sql);
  const on = tokens.findIndex((token) => isWord(token, "ON"));
  const open = tokens.findIndex((token, index) => index > on && isSymbol(token, "("));
  const { inner, next } = group(tokens, open);
  return { keys: split(inner), where: isWord(tokens[next], "WHERE") ? tokens.slice(next + 1) : undefined };
}
