// What the annotations say has happened: from when, until when, what.
import { fill } from "./format.mjs";

/** @typedef {import("../../../../monitoring/dashboard.ts").Annotation} Annotation */
/** @typedef {import("./prometheus.mjs").Series} Series */
/** @typedef {import("./range.mjs").Times} Times */
/** @typedef {{ annotation: Annotation, text: string, from: number, to: number }} Event Times in seconds since 1970. */

/** What happened shows for longer than this, so nothing falls between two samples. */
const longestStepSeconds = 15;

/**
 * @param {Pick<import("./prometheus.mjs").Prometheus, "queryRange">} prometheus
 * @param {Annotation[]} annotations
 * @param {Times} times
 * @returns {Promise<Event[]>} Oldest first.
 */
export async function readEvents(prometheus, annotations, { start, end, step }) {
  const times = { start, end, step: Math.min(step, longestStepSeconds) };
  const events = await Promise.all(
    annotations.map(async (annotation) =>
      eventsOf(annotation, await prometheus.queryRange(annotation.expr, times), times),
    ),
  );
  return events.flat().sort((one, other) => one.from - other.from);
}

/**
 * Samples that follow each other are one event.
 *
 * @param {Annotation} annotation
 * @param {Series[]} series
 * @param {Times} times
 * @returns {Event[]}
 */
export function eventsOf(annotation, series, { start, end, step }) {
  return series.flatMap(({ labels, samples }) => {
    const text = fill(annotation.text, labels);
    /** @type {Event[]} */
    const events = [];
    for (const [seconds, value] of samples) {
      const at = annotation.valueIsTime ? value / 1000 : seconds;
      if (at < start || at > end) continue;
      const last = events.at(-1);
      if (last && at - last.to <= step) last.to = at;
      else events.push({ annotation, text, from: at, to: at });
    }
    return events;
  });
}
