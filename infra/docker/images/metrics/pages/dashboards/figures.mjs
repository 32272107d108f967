// Panels without a time axis: one value, or a table of labels.
import { nameSeries } from "./align.mjs";
import { stateColor } from "./colors.mjs";
import { element } from "./element.mjs";
import { formatValue } from "./format.mjs";

/** @typedef {import("./read-panel.mjs").Answer} Answer */

export class Stat {
  /** @param {import("../../../../monitoring/dashboard.ts").StatPanel} panel */
  constructor(panel) {
    this.panel = panel;
    this.text = element("p", { class: "stat" });
    this.elements = [this.text];
  }

  /**
   * @param {Answer[]} answers
   * @returns {boolean} Whether there was anything to show.
   */
  show(answers) {
    const named = nameSeries(answers);
    const shown = named.map(({ name, series }) => this.#say(name, series.samples.at(-1)?.[1] ?? Number.NaN));
    this.text.textContent = shown.map(({ text }) => text).join(", ");
    const color = shown.find((one) => one.color)?.color;
    this.text.classList.toggle("colored", color !== undefined);
    if (color) this.text.style.setProperty("--state", `var(${stateColor(color)})`);
    return shown.length > 0;
  }

  /**
   * @param {string} name
   * @param {number} value
   * @returns {{ text: string, color?: import("../../../../monitoring/dashboard.ts").Color }}
   */
  #say(name, value) {
    const { states, redFrom, show, unit } = this.panel;
    const state = states?.[value];
    if (state) return state;
    const text = show === "name" ? name : formatValue(unit, value);
    return redFrom === undefined ? { text } : { text, color: value >= redFrom ? "red" : "green" };
  }
}

export class Table {
  /** @param {import("../../../../monitoring/dashboard.ts").TablePanel} panel */
  constructor({ title }) {
    this.table = element("table");
    this.title = title;
    const place = { class: "wide", tabindex: "0", role: "region", "aria-label": `${title}: table` };
    this.elements = [element("div", place, this.table)];
  }

  /**
   * @param {Answer[]} answers
   * @returns {boolean} Whether there was anything to show.
   */
  show(answers) {
    const rows = answers.flatMap(({ series }) => series.map(({ labels }) => labels));
    const labels = [...new Set(rows.flatMap((row) => Object.keys(row)))]
      .filter((label) => label !== "__name__")
      .sort(
        (one, other) => Number(other === "instance") - Number(one === "instance") || one.localeCompare(other),
      );
    const head = labels.map((label) => element("th", { scope: "col" }, label));
    this.table.replaceChildren(
      element("caption", {}, this.title),
      element("thead", {}, element("tr", {}, ...head)),
      element(
        "tbody",
        {},
        ...rows.map((row) =>
          element("tr", {}, ...labels.map((label) => element("td", {}, row[label] ?? ""))),
        ),
      ),
    );
    return rows.length > 0;
  }
}
