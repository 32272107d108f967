import { type Moment, momentOf, momentOfNumber } from "./moments.ts";

/** As Go writes them (`2024-01-31 12:00:00.123456789 +0100 CET m=+0.1`), and .NET with its seven digits. */
const written =
  /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: ?(Z|[+-]\d\d:?\d\d)(?: (?:[A-Z][A-Za-z]{0,4}|[+-]\d\d(?:\d\d)?))?)?(?: m=[+-]\d+\.\d+)?$/;
/** Milliseconds since 1970, as .NET writes them in JSON; an offset behind them changes nothing. */
const inJson = /^\\?\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?\/$/;

/**
 * Reads a moment as SQLite's functions write it, or as the runtimes of Go and .NET do: with a zone's name, or finer than
 * a microsecond. What is finer is cut off, so that a year 9999 stays one.
 * @returns undefined where the text is nothing of that kind.
 */
export function anyMomentOf(text: string): Moment | undefined {
  return momentOf(text) ?? momentOfRuntime(text);
}

export function momentOfRuntime(text: string): Moment | undefined {
  if (text.length < 9 || text.length > 80) return undefined;
  if (text[4] !== "-") {
    const [, milliseconds] = inJson.exec(text) ?? [];
    return milliseconds === undefined ? undefined : momentOfNumber(Number(milliseconds), "unix-milliseconds");
  }
  const [, time, fraction = "", zone = ""] = written.exec(text) ?? [];
  const moment = time === undefined ? undefined : momentOf(`${time}${zone}`);
  return moment && { ...moment, microseconds: Number(fraction.slice(0, 6).padEnd(6, "0")) };
}
