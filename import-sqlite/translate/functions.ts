import {
  alike,
  commonType,
  type Expression,
  hasOneText,
  requireBytewise,
  unit,
} from "./postgres-expression.ts";
import { Untranslatable } from "./untranslatable.ts";

interface KnownFunction {
  name: string;
  result: Expression["type"] | "as its arguments";
}

/** Functions of SQLite that do the same in Postgres, under this name. */
const functions: Record<string, KnownFunction> = {
  ABS: { name: "abs", result: "as its arguments" },
  COALESCE: { name: "coalesce", result: "as its arguments" },
  IFNULL: { name: "coalesce", result: "as its arguments" },
  INSTR: { name: "strpos", result: "bigint" },
  LENGTH: { name: "length", result: "bigint" },
  LOWER: { name: "lower", result: "text" },
  LTRIM: { name: "ltrim", result: "text" },
  NULLIF: { name: "nullif", result: "as its arguments" },
  REPLACE: { name: "replace", result: "text" },
  RTRIM: { name: "rtrim", result: "text" },
  TRIM: { name: "btrim", result: "text" },
  UPPER: { name: "upper", result: "text" },
};

const aggregates: Record<string, KnownFunction> = {
  AVG: { name: "avg", result: undefined },
  COUNT: { name: "count", result: "bigint" },
  MAX: { name: "max", result: "as its arguments" },
  MIN: { name: "min", result: "as its arguments" },
  SUM: { name: "sum", result: undefined },
};

export const isAggregate = (name: string): boolean => name in aggregates;

/** @throws Untranslatable for a function that is not known to do the same. */
export function called(name: string, written: Expression[]): Expression {
  if (name === "SUBSTR" || name === "SUBSTRING") return substring(written);
  const known = functions[name];
  if (known === undefined) throw new Untranslatable(`the function ${name.toLowerCase()}`);
  if (name === "NULLIF") requireBytewise(written);
  return call(known, alike(written));
}

/** @throws Untranslatable unless there is one argument: with several, SQLite's MAX and MIN are not aggregates. */
export function aggregated(name: string, written: Expression[], distinct: boolean): Expression {
  const known = aggregates[name] as KnownFunction;
  if (written.length !== 1) throw new Untranslatable(`the function ${known.name} of several values`);
  if (distinct || name === "MIN" || name === "MAX") requireBytewise(written);
  return call(known, written, distinct ? "distinct " : "");
}

/** @throws Untranslatable for any type but TEXT: SQLite makes a number of any value, Postgres does not. */
export function castTo(type: string, expression: Expression): Expression {
  if (type !== "TEXT") throw new Untranslatable(`a cast to ${type}`);
  if (!hasOneText(expression))
    throw new Untranslatable("a cast to text of something other than text or whole numbers");
  return unit(`cast ( ${expression.sql} as text )`, { type: "text" });
}

function call({ name, result }: KnownFunction, written: Expression[], before = ""): Expression {
  const type = result === "as its arguments" ? commonType(written) : result;
  const list = written.map(({ sql }) => sql).join(" , ");
  return unit(`${name} ( ${before}${list} )`, { type });
}

/** Counted from the end or from 0, or with a negative length, it means something else in Postgres. */
function substring([text, start, length, ...more]: Expression[]): Expression {
  const counts = /^[1-9]\d*$/.test(start?.number ?? "") && /^\d+$/.test(length?.number ?? "0");
  if (!text || !start || !counts || (length && !length.number) || more.length > 0) {
    throw new Untranslatable("substr with a computed start or length");
  }
  return call({ name: "substr", result: "text" }, length ? [text, start, length] : [text, start]);
}
