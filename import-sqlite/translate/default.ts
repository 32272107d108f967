import { momentOf } from "../encode/moments.ts";
import type { TypeName } from "../encode/types.ts";
import { group, isSymbol, isWord, type Token, tokensOf } from "../sqlite/tokens.ts";
import { translate } from "./expression.ts";
import { literal } from "./names.ts";
import { Untranslatable } from "./untranslatable.ts";

/** The current time in UTC, to the second like SQLite's. */
const now = "date_trunc('second', now())";
const forms = {
  CURRENT_TIMESTAMP: "YYYY-MM-DD HH24:MI:SS",
  CURRENT_DATE: "YYYY-MM-DD",
  CURRENT_TIME: "HH24:MI:SS",
} as const;
type Clock = keyof typeof forms;

/**
 * A column's default in Postgres' SQL, in the column's type.
 * @returns undefined if it is NULL.
 * @throws Untranslatable
 */
export function translateDefault(sql: string, type: TypeName): string | undefined {
  const tokens = unwrapped(tokensOf(sql));
  const [first] = tokens;
  const computed =
    epochDefault(tokens, type) ?? julianDefault(tokens, type) ?? formattedDefault(tokens, type);
  if (computed !== undefined) return computed;
  const clock = clockOf(tokens);
  if (clock) return clockDefault(clock, type);
  if (tokens.length === 1 && isWord(first, "NULL")) return undefined;
  const constant = constantOf(tokens);
  if (constant !== undefined) return constantDefault(constant, first as Token, type);
  return `(${translate(tokens, { columns: new Map() })})`;
}

function unwrapped(tokens: Token[]): Token[] {
  if (!isSymbol(tokens[0], "(")) return tokens;
  const { inner, next } = group(tokens, 0);
  return next === tokens.length ? unwrapped(inner) : tokens;
}

/** `CURRENT_TIMESTAMP` and the like, also written as a function of 'now'. */
function clockOf(tokens: Token[]): Clock | undefined {
  const word = tokens[0]?.text.toUpperCase() ?? "";
  if (tokens.length === 1 && tokens[0]?.kind === "word" && word in forms) return word as Clock;
  const now = tokens.length === 4 && isSymbol(tokens[1], "(") && tokens[2]?.text.toLowerCase() === "now";
  if (!now) return undefined;
  const called: Record<string, Clock> = {
    DATETIME: "CURRENT_TIMESTAMP",
    DATE: "CURRENT_DATE",
    TIME: "CURRENT_TIME",
  };
  return called[word];
}

/** The words and constants of a call, in lower case. */
const written = (tokens: Token[]) => tokens.map(({ text }) => text.toLowerCase()).join(" ");

/** The seconds or milliseconds since 1970, as a number. */
function epochDefault(tokens: Token[], type: TypeName): string | undefined {
  const [, call = "", inMilliseconds] = /^(.*?)( \* 1000)?$/.exec(written(tokens)) ?? [];
  const isEpoch =
    /^unixepoch \( (now )?\)$/.test(call) ||
    (/^(cast \( )?strftime \( %s , now \)( as int(eger)? \))?$/.test(call) &&
      tokens.some(({ text }) => text === "%s"));
  if (!isEpoch) return undefined;
  const seconds = `floor(extract(epoch from now()))::bigint${inMilliseconds ? " * 1000" : ""}`;
  if (type === "bigint") return `(${seconds})`;
  if (type === "text") return `((${seconds})::text)`;
  return type === "timestamptz" ? now : undefined;
}

/** `julianday('now')`, where the day begins at noon. */
const julianDefault = (tokens: Token[], type: TypeName): string | undefined =>
  /^julianday \( (now )?\)$/.test(written(tokens)) && type === "double precision"
    ? "(extract(epoch from now()) / 86400 + 2440587.5)"
    : undefined;

/** What the letters of `strftime` are to `to_char`. */
const letters: Record<string, string> = {
  ...{ Y: "YYYY", m: "MM", d: "DD", H: "HH24", M: "MI", S: "SS", f: "SS.MS" },
};

/** `strftime(…, 'now')` in a form that consists of such letters. */
function formattedDefault(tokens: Token[], type: TypeName): string | undefined {
  const format = tokens[2]?.text ?? "";
  if (written(tokens) !== `strftime ( ${format.toLowerCase()} , now )`) return undefined;
  const parts = format.match(/%[YmdHMSf]|[^%"\\]+/g) ?? [];
  if (parts.join("") !== format) return undefined;
  const form = parts.map((part) => (part.startsWith("%") ? letters[part.slice(1)] : `"${part}"`)).join("");
  if (type === "text") return `to_char(now() at time zone 'utc', ${literal(form)})`;
  const [, fine, zone] = /^%Y-%m-%d[ T]%H:%M:(?:%S|(%f))(Z|\+00:00)?$/.exec(format) ?? [];
  const moment = `date_trunc('${fine ? "milliseconds" : "second"}', now())`;
  if (type === "timestamptz") return zone ? moment : undefined;
  const isMoment = /^%Y-%m-%d[ T]%H:%M:%[Sf]$/.test(format);
  return type === "timestamp" && isMoment ? `(${moment} at time zone 'utc')` : undefined;
}

function clockDefault(clock: Clock, type: TypeName): string {
  if (type === "timestamptz" && clock === "CURRENT_TIMESTAMP") return now;
  if (type === "timestamp" && clock === "CURRENT_TIMESTAMP") return `(${now} at time zone 'utc')`;
  if (type === "date" && clock === "CURRENT_DATE") return "((now() at time zone 'utc')::date)";
  if (type === "text") return `to_char(now() at time zone 'utc', ${literal(forms[clock])})`;
  throw new Untranslatable(`${clock} where the column is ${type}`);
}

/** The text of a constant: a number with its sign, a string, a word or a blob. */
function constantOf(tokens: Token[]): string | undefined {
  const sign = isSymbol(tokens[0], "-") || isSymbol(tokens[0], "+") ? tokens[0]?.text : "";
  const rest = sign === "" ? tokens : tokens.slice(1);
  const [only] = rest;
  if (rest.length !== 1 || only === undefined || only.kind === "symbol") return undefined;
  if (only.kind === "word" && !isWord(only, "TRUE", "FALSE")) return sign === "" ? only.text : undefined;
  return `${sign === "-" ? "-" : ""}${only.text}`;
}

function constantDefault(text: string, first: Token, type: TypeName): string {
  const truth = isWord(first, "TRUE", "FALSE") ? String(Number(isWord(first, "TRUE"))) : text;
  switch (type) {
    case "boolean":
      if (truth === "0" || truth === "1") return truth === "1" ? "true" : "false";
      break;
    case "bytea":
      return first.kind === "blob" ? `'\\x${text}'::bytea` : `convert_to(${literal(text)}, 'UTF8')`;
    case "bigint":
      if (/^-?\d+$/.test(truth)) return truth;
      break;
    case "double precision":
    case "numeric":
      if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(truth)) return truth;
      break;
    case "date":
    case "timestamp":
    case "timestamptz":
      if (momentOf(text)) return `${literal(text)}::${type}`;
      break;
    default:
      return literal(truth);
  }
  throw new Untranslatable(`${text}, which is no ${type}`);
}
