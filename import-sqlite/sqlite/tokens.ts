export type TokenKind = "word" | "name" | "string" | "number" | "blob" | "symbol";

export interface Token {
  kind: TokenKind;
  /** What it means: a quoted name or string without its quotes. */
  text: string;
  /** A quoted name was in double quotes, which SQLite takes for a string where no column has that name. */
  doubleQuoted?: boolean;
  start: number;
  end: number;
}

const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<blob>[xX]'[0-9a-fA-F]*')|(?<string>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_\u0080-\uffff$][\w\u0080-\uffff$]*)|(?<symbol>->>|->|\|\||<>|!=|==|<=|>=|<<|>>|[^\s\w])/gy;

/** Cuts SQL as SQLite reads it into its tokens; white space and comments are left out. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const found of sql.matchAll(pattern)) {
    const kind = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    if (kind === undefined || kind === "space") continue;
    const token = { kind: kind as TokenKind, start: found.index, end: found.index + found[0].length };
    tokens.push({
      ...token,
      text: unquoted(kind as TokenKind, found[0]),
      ...(found[0].startsWith('"') && { doubleQuoted: true }),
    });
  }
  return tokens;
}

function unquoted(kind: TokenKind, text: string): string {
  if (kind === "blob") return text.slice(2, -1);
  if (kind !== "string" && kind !== "name") return text;
  const quote = text.slice(-1);
  const inner = text.slice(1, -1);
  return quote === "]" ? inner : inner.replaceAll(quote + quote, quote);
}

export const isWord = (token: Token | undefined, ...words: string[]): boolean =>
  token?.kind === "word" && words.includes(token.text.toUpperCase());

export const isSymbol = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === "symbol" && token.text === symbol;

/** @returns The tokens between the parenthesis at `open` and its partner, and the position behind that. */
export function group(tokens: Token[], open: number): { inner: Token[]; next: number } {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (isSymbol(tokens[index], "(")) depth++;
    if (isSymbol(tokens[index], ")") && --depth === 0) {
      return { inner: tokens.slice(open + 1, index), next: index + 1 };
    }
  }
  return { inner: tokens.slice(open + 1), next: tokens.length };
}

/** Splits at commas that stand in no parentheses. */
export function split(tokens: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, "(")) depth++;
    if (isSymbol(token, ")")) depth--;
    if (depth === 0 && isSymbol(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
