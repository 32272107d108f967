import type { Token } from "../sqlite/tokens.ts";
import { literal } from "./names.ts";
import {
  alike,
  binding,
  commonType,
  type Expression,
  hasOneText,
  operand,
  requireBytewise,
} from "./postgres-expression.ts";
import type { Names } from "./references.ts";
import { TokenCursor } from "./token-cursor.ts";
import { Untranslatable } from "./untranslatable.ts";
import { ValueGrammar } from "./values.ts";

/**
 * Writes an expression in Postgres' SQL. Whatever is not certain to mean the same is refused.
 * @throws Untranslatable
 */
export function translate(tokens: readonly Token[], names: Names): string {
  const cursor = new TokenCursor(tokens);
  const { sql } = new ExpressionGrammar(cursor, names).expression();
  cursor.expectEnd();
  return sql;
}

/**
 * The grammar of SQLite's expressions, one method for each level of its operators, loosest first
 * (https://sqlite.org/lang_expr.html#operators). Each throws Untranslatable.
 */
export class ExpressionGrammar extends ValueGrammar {
  expression(): Expression {
    let left = this.conjunction();
    while (this.cursor.takeWords("OR")) left = joined(left, "or", this.conjunction(), binding.or);
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.cursor.takeWords("AND")) left = joined(left, "and", this.negation(), binding.and);
    return left;
  }

  private negation(): Expression {
    if (!this.cursor.takeWords("NOT")) return this.equality();
    return truth(`not ${operand(this.negation(), binding.not)}`, binding.not);
  }

  private equality(): Expression {
    let left = this.comparison();
    for (;;) {
      const symbol = this.cursor.takeSymbol("=", "==", "<>", "!=");
      const next = symbol ? compared(left, symbol, this.comparison()) : this.predicate(left);
      if (next === undefined) return left;
      left = next;
    }
  }

  /** What may follow a value: IS, IN, LIKE and BETWEEN. */
  private predicate(left: Expression): Expression | undefined {
    const { cursor } = this;
    if (cursor.takeWords("ISNULL")) return isNull(left);
    if (cursor.takeWords("NOTNULL") || cursor.takeWords("NOT", "NULL")) return isNotNull(left);
    if (cursor.takeWords("IS")) return this.is(left);
    const negated = ["IN", "LIKE", "BETWEEN"].some((word) => cursor.startsWith("NOT", word));
    if (negated) cursor.takeWords("NOT");
    const not = negated ? "not " : "";
    switch (cursor.takeOneOf("IN", "LIKE", "BETWEEN")) {
      case "IN":
        return this.isIn(left, not);
      case "LIKE":
        return this.isLike(left, not);
      case "BETWEEN":
        return this.isBetween(left, not);
      default:
        return undefined;
    }
  }

  private is(left: Expression): Expression {
    const not = this.cursor.takeWords("NOT");
    if (this.cursor.takeWords("NULL")) return not ? isNotNull(left) : isNull(left);
    const distinct = this.cursor.takeWords("DISTINCT", "FROM") !== not;
    const [one, other] = operands([left, this.comparison()]);
    return truth(`${one} is ${distinct ? "" : "not "}distinct from ${other}`, binding.is);
  }

  private isIn(left: Expression, not: string): Expression {
    this.cursor.expectSymbol("(");
    if (this.query && this.cursor.startsWith("SELECT")) {
      const inside = this.query();
      this.cursor.expectSymbol(")");
      requireBytewise([left]);
      return truth(`${operand(left, tight)} ${not}in ( ${inside} )`, binding.membership);
    }
    const list = this.cursor.list(() => this.expression());
    this.cursor.expectSymbol(")");
    requireBytewise([left, ...list]);
    const [one = left, ...others] = alike([left, ...list]);
    const inside = others.map(({ sql }) => sql).join(" , ");
    return truth(`${operand(one, tight)} ${not}in ( ${inside} )`, binding.membership);
  }

  /** SQLite's LIKE ignores case, and has no escape character unless one is given. */
  private isLike(left: Expression, not: string): Expression {
    const pattern = this.comparison();
    if (!pattern.simple) throw new Untranslatable("LIKE with a computed pattern");
    let escaping = "''";
    if (this.cursor.takeWords("ESCAPE")) {
      const token = this.cursor.take();
      if (token.kind !== "string") throw new Untranslatable("LIKE with a computed escape");
      escaping = literal(token.text);
    }
    const sql = `${operand(left, tight)} ${not}ilike ${pattern.sql} escape ${escaping}`;
    return truth(sql, binding.membership);
  }

  private isBetween(left: Expression, not: string): Expression {
    const low = this.comparison();
    this.cursor.expectWord("AND");
    const [value, from, to] = operands([left, low, this.comparison()]);
    return truth(`${value} ${not}between ${from} and ${to}`, binding.membership);
  }

  private comparison(): Expression {
    let left = this.sum();
    for (let symbol = this.order(); symbol; symbol = this.order()) left = compared(left, symbol, this.sum());
    return left;
  }

  private order(): string | undefined {
    return this.cursor.takeSymbol("<", "<=", ">", ">=");
  }

  private sum(): Expression {
    let left = this.product();
    for (let sign = this.cursor.takeSymbol("+", "-"); sign; sign = this.cursor.takeSymbol("+", "-")) {
      left = calculated(left, sign, this.product(), binding.sum);
    }
    return left;
  }

  private product(): Expression {
    const symbol = () => this.cursor.takeSymbol("*", "/", "%");
    let left = this.concatenation();
    for (let found = symbol(); found; found = symbol()) {
      const right = this.concatenation();
      if (found !== "*") requireDivision(left, right);
      left = calculated(left, found, right, binding.product);
    }
    return left;
  }

  private concatenation(): Expression {
    let left = this.signed();
    while (this.cursor.takeSymbol("||")) {
      const right = this.signed();
      if (!hasOneText(left) || !hasOneText(right)) {
        throw new Untranslatable("|| with something other than text or whole numbers");
      }
      left = { ...calculated(left, "||", right, binding.concatenation), type: "text" };
    }
    return left;
  }

  private signed(): Expression {
    const sign = this.cursor.takeSymbol("-", "+");
    if (!sign) return this.collated();
    const inner = this.signed();
    return { sql: `${sign} ${operand(inner, binding.sign)}`, binds: binding.sign, type: inner.type };
  }

  private collated(): Expression {
    const inner = this.primary();
    while (this.cursor.takeWords("COLLATE")) {
      const collation = this.cursor.take().text;
      if (collation.toUpperCase() !== "BINARY") throw new Untranslatable(`the collation ${collation}`);
    }
    return inner;
  }
}

/** Binds more tightly than any comparison. */
const tight = binding.concatenation;

const truth = (sql: string, binds: number): Expression => ({ sql, binds, type: "boolean" });
const isNull = (value: Expression) => truth(`${operand(value, tight)} is null`, binding.is);
const isNotNull = (value: Expression) => truth(`${operand(value, tight)} is not null`, binding.is);
const operands = (values: Expression[]) => {
  requireBytewise(values);
  return alike(values).map((value) => operand(value, tight));
};

function joined(left: Expression, word: string, right: Expression, binds: number): Expression {
  return truth(`${operand(left, binds)} ${word} ${operand(right, binds + 1)}`, binds);
}

function compared(left: Expression, symbol: string, right: Expression): Expression {
  const [one, other] = operands([left, right]);
  return truth(`${one} ${symbol === "==" ? "=" : symbol} ${other}`, binding.comparison);
}

/** By 0 SQLite has NULL; and whole numbers in a column for fractions it divides as whole numbers. */
function requireDivision(left: Expression, right: Expression): void {
  const divisor = Number(right.number ?? 0);
  if (left.type === "bigint" && right.type === "bigint" && divisor !== 0) return;
  throw new Untranslatable("a division of other than whole numbers by a constant");
}

function calculated(left: Expression, symbol: string, right: Expression, binds: number): Expression {
  const sql = `${operand(left, binds)} ${symbol} ${operand(right, binds + 1)}`;
  return { sql, binds, type: commonType([left, right]) };
}
