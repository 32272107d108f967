// Which dashboard and how much time is shown: both are in the page's address.

/**
 * @typedef {object} Range
 * @property {string} name In the address.
 * @property {string} text
 * @property {number} seconds
 * @property {number} stepSeconds Between two points: some 400 of them, since Prometheus has little memory here.
 * @property {number} refreshSeconds
 */

/** @type {[Range, ...Range[]]} */
export const ranges = [
  { name: "15m", text: "15 minutes", seconds: 900, stepSeconds: 5, refreshSeconds: 10 },
  { name: "1h", text: "1 hour", seconds: 3_600, stepSeconds: 10, refreshSeconds: 10 },
  { name: "6h", text: "6 hours", seconds: 21_600, stepSeconds: 60, refreshSeconds: 30 },
  { name: "24h", text: "24 hours", seconds: 86_400, stepSeconds: 180, refreshSeconds: 60 },
];

/** @typedef {{ start: number, end: number, step: number }} Times In seconds; the first two since 1970. */

/**
 * The times of a range that ends now. They are multiples of the step, so that lines do not change their shape at each refresh.
 *
 * @param {Range} range
 * @param {number} nowMs
 * @returns {Times}
 */
export function timesOf({ seconds, stepSeconds: step }, nowMs) {
  const end = Math.floor(nowMs / 1000 / step) * step;
  return { start: end - seconds, end, step };
}

/**
 * What an address asks for; what it leaves out is the first dashboard and an hour.
 *
 * @template {{ name: string }} D
 * @param {string} search The address from its question mark on.
 * @param {readonly [D, ...D[]] | readonly D[]} dashboards
 * @returns {{ dashboard: D, range: Range }}
 * @throws {Error} A sentence, where it names something that is not there.
 */
export function chosen(search, dashboards) {
  const asked = new URLSearchParams(search);
  return {
    dashboard: named("dashboard", dashboards, asked.get("dashboard") ?? dashboards[0]?.name),
    range: named("range", ranges, asked.get("range") ?? "1h"),
  };
}

/**
 * @template {{ name: string }} T
 * @param {string} what
 * @param {readonly T[]} all
 * @param {string | undefined} name
 * @returns {T}
 */
function named(what, all, name) {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`The ${what} is "${name}"; there are ${all.map((one) => one.name).join(", ")}.`);
}

/**
 * The address of a dashboard with a range, relative to the page.
 *
 * @param {{ name: string }} dashboard
 * @param {{ name: string }} range
 */
export function address(dashboard, range) {
  return `?${new URLSearchParams({ dashboard: dashboard.name, range: range.name })}`;
}
