const everyMs = 2_000;

/** Says how far the import is: rows, and how long the rest will take at the rate so far. */
export class Progress {
  private readonly write: (line: string) => void;
  private readonly total: number;
  private startedAt = performance.now();
  private saidAt = performance.now();
  private before = 0;
  private label = "";
  private current = 0;
  private expected = 0;

  /** @param total Rows of all tables. */
  constructor(total: number, write: (line: string) => void) {
    this.total = total;
    this.write = write;
  }

  /** Begins from nothing. */
  restart(): void {
    this.before = 0;
    this.startedAt = performance.now();
  }

  start(label: string, expected: number): void {
    this.label = label;
    this.current = 0;
    this.expected = expected;
  }

  rows(rows: number): void {
    this.current = rows;
    if (performance.now() - this.saidAt < everyMs) return;
    const done = this.before + rows;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const left = Math.ceil((seconds / done) * Math.max(0, this.total - done));
    const share = this.total === 0 ? 100 : Math.floor((done / this.total) * 100);
    this.saidAt = performance.now();
    this.write(
      `${this.label}: ${number(rows)} of ${number(this.expected)} rows; ${share} % of all, about ${left} s left`,
    );
  }

  end(): void {
    this.before += this.current;
  }

  /** A step without rows, said when the last word was some time ago. */
  say(step: string): void {
    if (performance.now() - this.saidAt < everyMs) return;
    this.saidAt = performance.now();
    this.write(step);
  }
}

const number = (value: number) => value.toLocaleString("en");
