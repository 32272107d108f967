/** A number and what it counts, as in `1 text` and `2,000 texts`. */
export const count = (number: number, what: string): string =>
  `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
