import { isSymbol, isWord, type Token } from "../sqlite/tokens.ts";
import { Untranslatable } from "./untranslatable.ts";

const incomplete = "an incomplete expression";

/** Reads tokens one after another, for the grammars of expressions and queries. */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** @param ahead 0 for the next token, 1 for the one behind it. */
  peek(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead];
  }

  /** @throws Untranslatable at the end. */
  take(): Token {
    const token = this.tokens[this.position++];
    if (token === undefined) throw new Untranslatable(incomplete);
    return token;
  }

  /** Whether these words come next. */
  startsWith(...words: string[]): boolean {
    return words.every((word, ahead) => isWord(this.peek(ahead), word));
  }

  /** Takes these words if they come next. */
  takeWords(...words: string[]): boolean {
    const found = this.startsWith(...words);
    if (found) this.position += words.length;
    return found;
  }

  /** Takes the first of these words that comes next, and returns it. */
  takeOneOf(...words: string[]): string | undefined {
    return words.find((word) => this.takeWords(word));
  }

  /** Takes the first of these symbols that comes next, and returns it. */
  takeSymbol(...symbols: string[]): string | undefined {
    const found = symbols.find((symbol) => isSymbol(this.peek(), symbol));
    if (found !== undefined) this.position++;
    return found;
  }

  /** @throws Untranslatable when anything else comes next. */
  expectWord(word: string): void {
    if (!this.takeWords(word)) throw this.unexpected();
  }

  /** @throws Untranslatable when anything else comes next. */
  expectSymbol(symbol: string): void {
    if (this.takeSymbol(symbol) === undefined) throw this.unexpected();
  }

  /** A list of one or more, separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeSymbol(",")) items.push(item());
    return items;
  }

  /** @throws Untranslatable when anything is left but the semicolon that ends a statement. */
  expectEnd(): void {
    while (this.takeSymbol(";"));
    if (this.peek() !== undefined) throw this.unexpected();
  }

  /** What to throw when the next token does not belong here. */
  unexpected(): Untranslatable {
    const token = this.peek();
    if (token === undefined) return new Untranslatable(incomplete);
    if (token.kind === "word") return new Untranslatable(token.text.toUpperCase());
    if (token.kind === "symbol" && !/^[(),.]$/.test(token.text)) {
      return new Untranslatable(`the operator ${token.text}`);
    }
    return new Untranslatable(`"${token.text}" in an unexpected place`);
  }
}
