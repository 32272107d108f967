// Figures, times and names as people read them.

/** @typedef {import("../../../../monitoring/dashboard.ts").Unit} Unit */
/** @typedef {import("./prometheus.mjs").Labels} Labels */

/** @typedef {[size: number, name: string][]} Scale Largest first; what is smaller than all is in the last. */

/** @type {Scale} */
const durations = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
  [0.001, "ms"],
  [0.000_001, "µs"],
];

/** @type {Scale} */
const sizes = [
  [1024 ** 4, "TiB"],
  [1024 ** 3, "GiB"],
  [1024 ** 2, "MiB"],
  [1024, "KiB"],
  [1, "B"],
];

/** @type {Scale} */
const counts = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
];

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, useGrouping: false });

/**
 * A value with its unit, to three digits.
 *
 * @param {Unit} unit
 * @param {number} value
 */
export function formatValue(unit, value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "none" : value > 0 ? "∞" : "-∞";
  switch (unit) {
    case "s":
      return value === 0 ? "0 s" : scaled(durations, value);
    case "bytes":
      return scaled(sizes, value);
    case "percentunit":
      return `${number.format(value * 100)} %`;
    case "reqps":
    case "ops":
      return `${scaled(counts, value)}/s`;
    case "short":
      return scaled(counts, value);
  }
}

/**
 * @param {Scale} scale
 * @param {number} value
 */
function scaled(scale, value) {
  const [size, name] = scale.find(([atLeast]) => Math.abs(value) >= atLeast) ?? scale.at(-1) ?? [1, ""];
  return `${number.format(value / size)} ${name}`.trim();
}

/**
 * A text with `{{label}}` filled in.
 *
 * @param {string} template
 * @param {Labels} labels
 */
export function fill(template, labels) {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "").trim();
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const exactClock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * A time of day, as in 14:05, where this machine is.
 *
 * @param {number} seconds Since 1970.
 * @param {boolean} exact With its seconds.
 */
export function formatTime(seconds, exact = false) {
  return (exact ? exactClock : clock).format(seconds * 1000);
}
