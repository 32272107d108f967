// Prometheus' HTTP API, as far as the page needs it.

/** @typedef {{ [label: string]: string }} Labels */
/** @typedef {{ labels: Labels, samples: [seconds: number, value: number][] }} Series */
/** @typedef {import("./range.mjs").Times} Times */

/** After this, a query is given up. */
const timeoutMs = 20_000;

/**
 * After this, a query that failed is sent once more: a browser ends its requests when a network of this machine changes,
 * as when a container starts.
 */
const retryAfterMs = 1_000;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Prometheus {
  /** @param {string | URL} url Where it is, with a slash at the end. */
  constructor(url) {
    this.url = url;
  }

  /**
   * Each series with its newest sample.
   *
   * @param {string} expr
   * @returns {Promise<Series[]>}
   * @throws {Error} A sentence, where it does not answer or refuses the query; so do the others.
   */
  async query(expr) {
    return this.#ask("query", { query: expr });
  }

  /**
   * @param {string} expr
   * @param {Times} times
   * @returns {Promise<Series[]>}
   */
  async queryRange(expr, { start, end, step }) {
    return this.#ask("query_range", {
      query: expr,
      start: String(start),
      end: String(end),
      step: String(step),
    });
  }

  /**
   * @param {string} call
   * @param {Record<string, string>} parameters
   * @returns {Promise<Series[]>}
   */
  async #ask(call, parameters) {
    const url = new URL(`api/v1/${call}?${new URLSearchParams(parameters)}`, this.url);
    const answer = await answerOf(url)
      .catch(() => pause(retryAfterMs).then(() => answerOf(url)))
      .catch(() => undefined);
    if (!answer) throw new Error("Prometheus does not answer.");
    if (answer.status !== "success") throw new Error(`Prometheus refuses the query: ${answer.error}.`);
    return (answer.data?.result ?? []).map(({ metric, value, values }) => ({
      labels: metric,
      samples: (values ?? (value ? [value] : [])).map(([seconds, text]) => [seconds, numberOf(text)]),
    }));
  }
}

/**
 * @param {URL} url
 * @returns {Promise<Answer>}
 */
async function answerOf(url) {
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
  return /** @type {Answer} */ (await response.json());
}

/**
 * @typedef {object} Answer
 * @property {"success" | "error"} status
 * @property {string} [error]
 * @property {{ result: { metric: Labels, value?: [number, string], values?: [number, string][] }[] }} [data]
 */

/** @param {string} text */
function numberOf(text) {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
