import { isSymbol, type Token } from "../sqlite/tokens.ts";
import { ExpressionGrammar } from "./expression.ts";
import { requireBytewise } from "./postgres-expression.ts";
import { columnOrAlias, isName, type Names, tableOrAlias } from "./references.ts";
import { TokenCursor } from "./token-cursor.ts";
import { Untranslatable } from "./untranslatable.ts";

/**
 * Writes the query of a view in Postgres' SQL. Whatever is not certain to mean the same is refused.
 * @throws Untranslatable
 */
export function translateQuery(tokens: readonly Token[], names: Names): string {
  const cursor = new TokenCursor(tokens);
  const sql = new QueryGrammar(cursor, names).statement();
  cursor.expectEnd();
  return sql;
}

/** The grammar of SQLite's SELECT (https://sqlite.org/lang_select.html), as far as Postgres has the same. */
class QueryGrammar {
  private readonly cursor: TokenCursor;
  private readonly names: Names;
  private readonly expressions: ExpressionGrammar;

  constructor(cursor: TokenCursor, names: Names) {
    this.cursor = cursor;
    this.names = names;
    this.expressions = new ExpressionGrammar(cursor, names, () => this.query());
  }

  statement(): string {
    if (!this.cursor.takeWords("WITH")) return this.query();
    const tables = this.cursor.list(() => this.commonTable());
    return `with ${tables.join(" , ")} ${this.query()}`;
  }

  private commonTable(): string {
    const name = tableOrAlias(this.nameToken(), this.names);
    const columns = this.columnList();
    this.cursor.expectWord("AS");
    return `${name}${columns} as ${this.inParentheses(() => this.query())}`;
  }

  private query(): string {
    const parts = [this.select()];
    for (let word = this.combination(); word; word = this.combination()) parts.push(word, this.select());
    if (this.cursor.takeWords("ORDER", "BY")) {
      parts.push("order by", this.cursor.list(() => this.orderingTerm()).join(" , "));
    }
    if (this.cursor.takeWords("LIMIT")) parts.push("limit", this.count());
    if (this.cursor.takeSymbol(",")) throw new Untranslatable("a LIMIT of two numbers");
    if (this.cursor.takeWords("OFFSET")) parts.push("offset", this.count());
    return parts.join(" ");
  }

  private combination(): string | undefined {
    const word = this.cursor.takeOneOf("UNION", "INTERSECT", "EXCEPT");
    if (word === "UNION" && this.cursor.takeWords("ALL")) return "union all";
    if (word !== undefined) this.requireNoFolding();
    return word?.toLowerCase();
  }

  /** Whole rows are compared: no column may be one that SQLite compares otherwise. */
  private requireNoFolding(): void {
    const folding = [...this.names.columns.values()].find(({ folds }) => folds);
    if (folding)
      throw new Untranslatable(
        `DISTINCT or UNION beside ${folding.name}, whose collation makes different texts the same`,
      );
  }

  private select(): string {
    this.cursor.expectWord("SELECT");
    const distinct = this.cursor.takeOneOf("DISTINCT", "ALL") === "DISTINCT" ? "distinct " : "";
    if (distinct) this.requireNoFolding();
    const parts = [`select ${distinct}${this.cursor.list(() => this.resultColumn()).join(" , ")}`];
    if (this.cursor.takeWords("FROM")) parts.push("from", this.source());
    if (this.cursor.takeWords("WHERE")) parts.push("where", this.expression());
    if (this.cursor.takeWords("GROUP", "BY")) {
      parts.push("group by", this.cursor.list(() => this.bytewise()).join(" , "));
    }
    if (this.cursor.takeWords("HAVING")) parts.push("having", this.expression());
    return parts.join(" ");
  }

  private resultColumn(): string {
    if (this.cursor.takeSymbol("*")) return "*";
    const table = this.cursor.peek();
    if (isName(table) && isSymbol(this.cursor.peek(1), ".") && isSymbol(this.cursor.peek(2), "*")) {
      for (let taken = 0; taken < 3; taken++) this.cursor.take();
      return `${tableOrAlias(table, this.names)}.*`;
    }
    const sql = this.expression();
    if (this.cursor.takeWords("AS")) return `${sql} as ${this.columnName()}`;
    return isName(this.cursor.peek()) ? `${sql} as ${this.columnName()}` : sql;
  }

  /** Tables, joined from left to right. */
  private source(): string {
    let sql = this.table();
    for (;;) {
      if (this.cursor.takeSymbol(",")) sql += ` , ${this.table()}`;
      else if (this.cursor.takeWords("CROSS", "JOIN")) sql += ` cross join ${this.table()}`;
      else if (this.cursor.takeWords("JOIN") || this.cursor.takeWords("INNER", "JOIN")) {
        sql += ` join ${this.table()} ${this.joinCondition()}`;
      } else if (this.cursor.takeWords("LEFT", "JOIN") || this.cursor.takeWords("LEFT", "OUTER", "JOIN")) {
        sql += ` left join ${this.table()} ${this.joinCondition()}`;
      } else return sql;
    }
  }

  private table(): string {
    const inside = isSymbol(this.cursor.peek(), "(");
    const sql = inside
      ? this.inParentheses(() => (this.cursor.startsWith("SELECT") ? this.query() : this.source()))
      : tableOrAlias(this.nameToken(), this.names);
    if (this.cursor.takeWords("AS")) return `${sql} as ${this.aliasName()}`;
    return isName(this.cursor.peek()) ? `${sql} as ${this.aliasName()}` : sql;
  }

  /** Without a condition SQLite joins every row with every other; Postgres wants one. */
  private joinCondition(): string {
    if (this.cursor.takeWords("ON")) return `on ${this.expression()}`;
    if (this.cursor.takeWords("USING")) return `using${this.columnList()}`;
    throw new Untranslatable("a join without a condition");
  }

  /** SQLite sorts NULL before every value, Postgres after it. */
  private orderingTerm(): string {
    const sql = this.bytewise();
    const descending = this.cursor.takeOneOf("ASC", "DESC") === "DESC";
    const first = this.cursor.takeWords("NULLS", "FIRST");
    const last = !first && (this.cursor.takeWords("NULLS", "LAST") || descending);
    return `${sql}${descending ? " desc" : ""} nulls ${last ? "last" : "first"}`;
  }

  /** A plain number of rows: a negative one means no limit to SQLite and is an error to Postgres. */
  private count(): string {
    const token = this.cursor.take();
    if (token.kind !== "number" || !/^\d+$/.test(token.text)) throw new Untranslatable("a computed LIMIT");
    return token.text;
  }

  private columnList(): string {
    if (!isSymbol(this.cursor.peek(), "(")) return "";
    return ` ${this.inParentheses(() => this.cursor.list(() => this.columnName()).join(" , "))}`;
  }

  private inParentheses(inside: () => string): string {
    this.cursor.expectSymbol("(");
    const sql = inside();
    this.cursor.expectSymbol(")");
    return `( ${sql} )`;
  }

  /** What is sorted or grouped by. */
  private bytewise(): string {
    const expression = this.expressions.expression();
    requireBytewise([expression]);
    return expression.sql;
  }

  private expression(): string {
    return this.expressions.expression().sql;
  }

  private columnName(): string {
    return columnOrAlias(this.nameToken(), this.names).sql;
  }

  private aliasName(): string {
    return tableOrAlias(this.nameToken(), this.names);
  }

  private nameToken(): Token {
    const token = this.cursor.peek();
    if (!isName(token)) throw this.cursor.unexpected();
    return this.cursor.take();
  }
}
