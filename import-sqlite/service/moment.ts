import { momentOfNumber } from "../encode/moments.ts";
import { anyMomentOf } from "../encode/runtime-moments.ts";
import type { SqlValue } from "../sqlite/values.ts";

const epoch2000Ms = Date.UTC(2000, 0, 1);

/** A moment as a small application wrote it, in milliseconds since 1970; undefined where it cannot be read. */
export function msOf(value: SqlValue): number | undefined {
  const moment =
    typeof value === "string" ? fromText(value) : typeof value === "number" ? numeric(value) : undefined;
  return moment && epoch2000Ms + moment.seconds * 1000 + Math.trunc(moment.microseconds / 1000);
}

function numeric(value: number) {
  if (value >= 1.15e16) return momentOfNumber(value, "webkit-microseconds");
  if (value >= 1e14) return momentOfNumber(value, "unix-microseconds");
  if (value >= 1e11) return momentOfNumber(value, "unix-milliseconds");
  return momentOfNumber(value, value > 2_400_000 && value < 2_600_000 ? "julian-day" : "unix-seconds");
}

/** A whole number beyond 2^53 comes as text. */
const fromText = (text: string) => (/^\d{16,19}$/.test(text) ? numeric(Number(text)) : anyMomentOf(text));
