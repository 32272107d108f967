// Shows a dashboard: builds its panels, then asks Prometheus, which serves this page, again and again.
import { annotations } from "./definitions/annotations.mjs";
import { dashboards } from "./definitions/dashboards.mjs";
import { element } from "./element.mjs";
import { showEvents } from "./event-list.mjs";
import { readEvents } from "./events.mjs";
import { formatTime } from "./format.mjs";
import { PanelView } from "./panel-view.mjs";
import { Prometheus } from "./prometheus.mjs";
import { address, chosen, ranges, timesOf } from "./range.mjs";

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`index.html has no ${type.name} "${id}".`);
}

const main = byId("panels", HTMLElement);
const problem = byId("problem", HTMLElement);
const auto = byId("auto", HTMLInputElement);
const prometheus = new Prometheus(new URL("../../", location.href));

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {import("../../../../monitoring/dashboard.ts").Dashboard | undefined} dashboard
 * @param {import("./range.mjs").Range | undefined} range
 */
function showLinks(dashboard, range) {
  /** @type {(text: string, href: string, current: boolean) => HTMLElement} */
  const link = (text, href, current) =>
    element("li", {}, element("a", { href, ...(current ? { "aria-current": "true" } : {}) }, text));
  const anyRange = range ?? { name: "1h" };
  const anyDashboard = dashboard ?? dashboards[0];
  byId("dashboards", HTMLElement).replaceChildren(
    ...dashboards.map((one) => link(one.title, address(one, anyRange), one === dashboard)),
  );
  byId("ranges", HTMLElement).replaceChildren(
    ...ranges.map((one) => link(one.text, address(anyDashboard ?? one, one), one === range)),
  );
}

/**
 * @param {import("../../../../monitoring/dashboard.ts").Dashboard} dashboard
 * @param {import("./range.mjs").Range} range
 */
function run(dashboard, range) {
  document.title = `${dashboard.title} · Capstone`;
  byId("title", HTMLElement).textContent = dashboard.title;
  byId("interval", HTMLElement).textContent = `Refresh every ${range.refreshSeconds} seconds`;
  const views = dashboard.panels.map((panel, index) => new PanelView(panel, index));
  main.replaceChildren(...views.map((view) => view.element));

  let asking = false;
  let askedMs = 0;
  const refresh = async () => {
    if (asking) return;
    asking = true;
    askedMs = Date.now();
    try {
      const times = timesOf(range, askedMs);
      // Charts without marks are worth more than none.
      const events = await readEvents(prometheus, annotations, times).catch(() => []);
      showEvents(byId("events", HTMLDetailsElement), events);
      const answered = await Promise.all(views.map((view) => view.refresh(prometheus, times, events)));
      if (answered.some(Boolean))
        byId("time", HTMLElement).textContent = `As of ${formatTime(askedMs / 1000, true)}`;
      // Read aloud when it changes, so it does not say the time.
      problem.textContent = answered.some(Boolean) ? "" : "Prometheus does not answer. What is shown is old.";
    } catch (error) {
      problem.textContent = `This page has a mistake: ${sentenceOf(error)} What is shown may be old.`;
    } finally {
      asking = false;
    }
  };
  const due = () => auto.checked && !document.hidden && Date.now() - askedMs >= range.refreshSeconds * 1000;
  setInterval(() => due() && refresh(), 1000);
  document.addEventListener("visibilitychange", () => due() && refresh());
  refresh();
}

try {
  const { dashboard, range } = chosen(location.search, dashboards);
  showLinks(dashboard, range);
  run(dashboard, range);
} catch (error) {
  showLinks(undefined, undefined);
  problem.textContent = sentenceOf(error);
}
