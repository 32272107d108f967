import { Chart } from "./chart.mjs";
import { element } from "./element.mjs";
import { Stat, Table } from "./figures.mjs";
import { readPanel } from "./read-panel.mjs";

/** @typedef {import("../../../../monitoring/dashboard.ts").Panel} Panel */

/** A panel on the page: its title, what it shows, and what went wrong. */
export class PanelView {
  /**
   * @param {Panel} panel
   * @param {number} index On this page.
   */
  constructor(panel, index) {
    this.panel = panel;
    this.view = viewOf(panel);
    this.problem = element("p", { class: "problem" });
    const title = `panel-${index}`;
    this.element = element(
      "section",
      { class: `panel ${panel.kind}-panel`, "aria-labelledby": title },
      element("h2", { id: title }, panel.title),
      ...(panel.description ? [element("p", { class: "description" }, panel.description)] : []),
      this.problem,
      ...this.view.elements,
    );
    this.element.style.setProperty("--width", String(panel.width));
  }

  /**
   * What was shown stays where Prometheus has no new answer.
   *
   * @param {import("./prometheus.mjs").Prometheus} prometheus
   * @param {import("./range.mjs").Times} times
   * @param {import("./events.mjs").Event[]} events
   * @returns {Promise<boolean>} Whether it was answered.
   */
  async refresh(prometheus, times, events) {
    try {
      const answers = await readPanel(prometheus, this.panel, times);
      const something = this.view.show(answers, times, events);
      this.element.classList.toggle("empty", !something);
      this.problem.textContent = something ? "" : "No data.";
      return true;
    } catch (error) {
      this.problem.textContent = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}

/** @param {Panel} panel */
function viewOf(panel) {
  switch (panel.kind) {
    case "stat":
      return new Stat(panel);
    case "table":
      return new Table(panel);
    default:
      return new Chart(panel);
  }
}
