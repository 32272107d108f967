// From Prometheus' series to what a chart draws: a value or none at each of the same times.
import { fill } from "./format.mjs";

/** @typedef {import("./prometheus.mjs").Series} Series */
/** @typedef {import("./range.mjs").Times} Times */
/** @typedef {import("../../../../monitoring/dashboard.ts").Query} Query */
/** @typedef {{ name: string, values: (number | null)[] }} Line */

/** What a series is called that has no label to be called by. */
export const nameless = "none";

/**
 * @param {{ query: Query, series: Series[] }[]} answers
 * @returns {{ name: string, series: Series }[]} In the order of the queries, then of the names. `or vector(0)` adds a
 *   series without a name; it is there only where nothing else is.
 */
export function nameSeries(answers) {
  const named = answers.flatMap(({ query, series }) =>
    series
      .map((one) => ({ name: nameOf(query, one.labels), series: one }))
      .sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true })),
  );
  const withName = named.filter(({ name }) => name !== nameless);
  return withName.length > 0 ? withName : named;
}

/**
 * @param {Query} query
 * @param {import("./prometheus.mjs").Labels} labels
 */
function nameOf({ legend }, labels) {
  const name =
    legend === undefined
      ? Object.entries(labels)
          .filter(([label]) => label !== "__name__")
          .map(([label, value]) => `${label}=${value}`)
          .join(" ")
      : fill(legend, labels);
  return name || nameless;
}

/**
 * @param {{ query: Query, series: Series[] }[]} answers
 * @param {Times} times
 * @returns {{ times: number[], lines: Line[] }}
 */
export function align(answers, { start, end, step }) {
  const count = Math.round((end - start) / step) + 1;
  return {
    times: Array.from({ length: count }, (_, index) => start + index * step),
    lines: nameSeries(answers).map(({ name, series }) => {
      /** @type {(number | null)[]} */
      const values = Array(count).fill(null);
      for (const [seconds, value] of series.samples) {
        const index = Math.round((seconds - start) / step);
        if (index >= 0 && index < count && Number.isFinite(value)) values[index] = value;
      }
      return { name, values };
    }),
  };
}

/**
 * What a line says in figures; undefined where it has no value at all.
 *
 * @param {(number | null)[]} values
 */
export function summarize(values) {
  const present = values.filter((value) => value !== null);
  const first = present[0];
  if (first === undefined) return undefined;
  return {
    last: values.at(-1) ?? undefined,
    least: present.reduce((one, other) => Math.min(one, other), first),
    most: present.reduce((one, other) => Math.max(one, other), first),
  };
}

/**
 * The stretches in which a line keeps its value: from the index of its first point to that after its last.
 *
 * @param {(number | null)[]} values
 * @returns {{ value: number, from: number, to: number }[]}
 */
export function stretches(values) {
  /** @type {{ value: number, from: number, to: number }[]} */
  const found = [];
  values.forEach((value, index) => {
    const before = found.at(-1);
    if (value === null) return;
    if (before?.to === index && before.value === value) before.to = index + 1;
    else found.push({ value, from: index, to: index + 1 });
  });
  return found;
}
