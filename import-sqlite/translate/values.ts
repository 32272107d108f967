import type { TypeName } from "../encode/types.ts";
import { isSymbol } from "../sqlite/tokens.ts";
import { aggregated, called, castTo, isAggregate } from "./functions.ts";
import { literal } from "./names.ts";
import { alike, binding, commonType, type Expression, requireBytewise, unit } from "./postgres-expression.ts";
import { columnOrAlias, columnReference, isName, type Names, tableOrAlias } from "./references.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** The grammar of operands: constants, names, calls, CASE and anything in parentheses. */
export abstract class ValueGrammar {
  protected readonly cursor: TokenCursor;
  protected readonly names: Names;
  /** Reads the query that comes next; undefined where there is no query around the expression. */
  protected readonly query: (() => string) | undefined;

  constructor(cursor: TokenCursor, names: Names, query?: () => string) {
    this.cursor = cursor;
    this.names = names;
    this.query = query;
  }

  abstract expression(): Expression;

  protected primary(): Expression {
    const { cursor } = this;
    const token = cursor.peek();
    switch (token?.kind) {
      case "string":
        return this.taken(literal(token.text), "text");
      case "blob":
        return this.taken(`'\\x${token.text}'::bytea`, "bytea");
      case "number":
        return this.number(token.text.replaceAll("_", ""));
      case "symbol":
        return this.parenthesized();
      default:
    }
    if (cursor.takeWords("NULL")) return unit("null", { simple: true });
    const truthValue = cursor.takeOneOf("TRUE", "FALSE");
    if (truthValue) return unit(truthValue.toLowerCase(), { type: "boolean", simple: true });
    if (cursor.takeWords("CASE")) return this.choice();
    if (cursor.takeWords("EXISTS")) return unit(`exists ${this.subquery()}`, { type: "boolean" });
    if (token?.kind === "word" && isSymbol(cursor.peek(1), "(")) return this.call(token.text.toUpperCase());
    return this.name();
  }

  private taken(sql: string, type: TypeName): Expression {
    this.cursor.take();
    return unit(sql, { type, simple: true });
  }

  private number(text: string): Expression {
    this.cursor.take();
    return unit(text, { number: text, simple: true, type: /^\d+$/.test(text) ? "bigint" : undefined });
  }

  private parenthesized(): Expression {
    if (
      this.query &&
      isSymbol(this.cursor.peek(), "(") &&
      this.cursor.peek(1)?.text.toUpperCase() === "SELECT"
    ) {
      return unit(this.subquery());
    }
    this.cursor.expectSymbol("(");
    const inner = this.expression();
    this.cursor.expectSymbol(")");
    return { ...inner, sql: `( ${inner.sql} )`, binds: binding.none, simple: false };
  }

  private subquery(): string {
    this.cursor.expectSymbol("(");
    if (this.query === undefined) throw this.cursor.unexpected();
    const inside = this.query();
    this.cursor.expectSymbol(")");
    return `( ${inside} )`;
  }

  private choice(): Expression {
    const subject = this.cursor.startsWith("WHEN") ? undefined : this.expression();
    const branches: string[] = [];
    const results: Expression[] = [];
    while (this.cursor.takeWords("WHEN")) {
      if (subject) requireBytewise([subject]);
      const [, when] = subject ? alike([subject, this.expression()]) : [undefined, this.expression()];
      this.cursor.expectWord("THEN");
      const then = this.expression();
      branches.push(`when ${when?.sql} then ${then.sql}`);
      results.push(then);
    }
    if (branches.length === 0) throw this.cursor.unexpected();
    if (this.cursor.takeWords("ELSE")) {
      const otherwise = this.expression();
      branches.push(`else ${otherwise.sql}`);
      results.push(otherwise);
    }
    this.cursor.expectWord("END");
    const words = ["case", ...(subject ? [subject.sql] : []), ...branches, "end"];
    return unit(words.join(" "), { type: commonType(results) });
  }

  private call(name: string): Expression {
    const { cursor } = this;
    cursor.take();
    cursor.expectSymbol("(");
    if (this.query && isAggregate(name)) return this.aggregate(name);
    if (name === "CAST") {
      const inner = this.expression();
      cursor.expectWord("AS");
      const type = cursor.take().text.toUpperCase();
      cursor.expectSymbol(")");
      return castTo(type, inner);
    }
    const none = cursor.takeSymbol(")") !== undefined;
    const written = none ? [] : cursor.list(() => this.expression());
    if (!none) cursor.expectSymbol(")");
    return called(name, written);
  }

  private aggregate(name: string): Expression {
    const { cursor } = this;
    if (name === "COUNT" && cursor.takeSymbol("*")) {
      cursor.expectSymbol(")");
      return unit("count ( * )", { type: "bigint" });
    }
    const distinct = cursor.takeWords("DISTINCT");
    const written = cursor.list(() => this.expression());
    cursor.expectSymbol(")");
    return aggregated(name, written, distinct);
  }

  private name(): Expression {
    const token = this.cursor.peek();
    if (!isName(token)) throw this.cursor.unexpected();
    this.cursor.take();
    if (this.query && this.cursor.takeSymbol(".")) {
      const column = columnOrAlias(this.cursor.take(), this.names);
      return { ...column, sql: `${tableOrAlias(token, this.names)}.${column.sql}` };
    }
    return this.query ? columnOrAlias(token, this.names) : columnReference(token, this.names);
  }
}
