import type { TypeName } from "../encode/types.ts";
import { Untranslatable } from "./untranslatable.ts";

/**
 * Postgres' operator precedence, loosest first (its manual, 4.1.6). SQLite's differs, above all for `||`, `IN` and
 * `LIKE`.
 */
export const binding = {
  ...{ or: 1, and: 2, not: 3, is: 4, comparison: 5, membership: 6 },
  ...{ concatenation: 7, sum: 8, product: 9, sign: 10, none: 11 },
} as const;

/** An expression in Postgres' SQL. */
export interface Expression {
  sql: string;
  /** Of its outermost operator, one of `binding`. */
  binds: number;
  /** undefined where it is not known. */
  type?: TypeName | undefined;
  /** The digits of a numeric constant. */
  number?: string;
  /** A column whose collation makes different texts the same. */
  folds?: boolean;
  /** A constant or a column, nothing computed. */
  simple?: boolean;
}

/** An expression that no operator can take apart: a constant, a column, a call. */
export const unit = (sql: string, more: Omit<Expression, "sql" | "binds"> = {}): Expression => ({
  ...{ sql, binds: binding.none },
  ...more,
});

/** Puts parentheses around it where Postgres would otherwise group differently. */
export const operand = ({ sql, binds }: Expression, atLeast: number): string =>
  binds >= atLeast ? sql : `( ${sql} )`;

/** SQLite has no booleans: beside a boolean column, 0 and 1 stand for false and true. */
export function alike(expressions: Expression[]): Expression[] {
  if (!expressions.some(({ type }) => type === "boolean")) return expressions;
  return expressions.map((expression) => {
    const { number } = expression;
    if (number !== "0" && number !== "1") return expression;
    return unit(number === "1" ? "true" : "false", { type: "boolean", simple: true });
  });
}

/** @throws Untranslatable for what SQLite compares otherwise than by its bytes. */
export function requireBytewise(expressions: Expression[]): void {
  const folding = expressions.find(({ folds }) => folds);
  if (folding)
    throw new Untranslatable(
      `a comparison of ${folding.sql}, whose collation makes different texts the same`,
    );
}

/** The type they all have, if it is known. */
export function commonType(expressions: Expression[]): TypeName | undefined {
  const [first, ...others] = expressions;
  return others.every(({ type }) => type === first?.type) ? first?.type : undefined;
}

/** Whether SQLite and Postgres turn its value into the same text; for fractions, times and booleans they differ. */
export const hasOneText = ({ type }: Expression): boolean => type === "text" || type === "bigint";
