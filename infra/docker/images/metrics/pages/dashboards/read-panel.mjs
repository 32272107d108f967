/** @typedef {import("../../../../monitoring/dashboard.ts").Panel} Panel */
/** @typedef {import("../../../../monitoring/dashboard.ts").Query} Query */
/** @typedef {{ query: Query, series: import("./prometheus.mjs").Series[] }} Answer */

/** @param {Panel} panel */
export const isOverTime = ({ kind }) => kind === "lines" || kind === "states";

/**
 * Asks all that a panel shows.
 *
 * @param {import("./prometheus.mjs").Prometheus} prometheus
 * @param {Panel} panel
 * @param {import("./range.mjs").Times} times
 * @returns {Promise<Answer[]>} In the order of its queries.
 * @throws {Error} A sentence, where Prometheus does not answer or refuses a query.
 */
export function readPanel(prometheus, panel, times) {
  return Promise.all(
    panel.queries.map(async (query) => ({
      query,
      series: isOverTime(panel)
        ? await prometheus.queryRange(query.expr, times)
        : await prometheus.query(query.expr),
    })),
  );
}
