// The table below a chart: it names the lines, and says in figures what they show.
import { summarize } from "./align.mjs";
import { seriesColor } from "./colors.mjs";
import { element } from "./element.mjs";
import { formatTime } from "./format.mjs";

/** @typedef {import("./align.mjs").Line} Line */

export class Legend {
  /**
   * @param {string} title The panel's.
   * @param {(value: number) => string} format
   * @param {boolean} withRange Whether the least and the most are said: of states they mean nothing.
   * @param {(index: number | null) => void} point Called with the line that the pointer is on.
   */
  constructor(title, format, withRange, point) {
    this.format = format;
    this.withRange = withRange;
    this.point = point;
    this.when = element("th", { scope: "col" }, "last");
    this.rows = element("tbody");
    const range = ["least", "most"].map((text) => element("th", { scope: "col" }, text));
    const head = element("tr", {}, element("th", { scope: "col" }, "series"), this.when);
    if (withRange) head.append(...range);
    const table = element("table", {}, element("caption", {}, title), element("thead", {}, head), this.rows);
    // It scrolls where there are many lines, so the keyboard has to reach it.
    const place = { class: "legend", tabindex: "0", role: "region", "aria-label": `${title}: figures` };
    this.element = element("div", place, table);
    /** @type {{ times: number[], lines: Line[] }} */
    this.shown = { times: [], lines: [] };
  }

  /**
   * @param {number[]} times
   * @param {Line[]} lines
   */
  show(times, lines) {
    this.shown = { times, lines };
    this.rows.replaceChildren(...lines.map((line, index) => this.#row(line, index)));
    this.at(null);
  }

  /**
   * Says the values at a point, or the last ones.
   *
   * @param {number | null} index
   */
  at(index) {
    const { times, lines } = this.shown;
    const time = index === null ? undefined : times[index];
    this.when.textContent = time === undefined ? "last" : formatTime(time, true);
    lines.forEach(({ values }, row) => {
      const value = values.at(index ?? -1) ?? null;
      const cell = this.rows.rows[row]?.cells[1];
      if (cell) cell.textContent = value === null ? "none" : this.format(value);
    });
  }

  /**
   * @param {Line} line
   * @param {number} index
   */
  #row({ name, values }, index) {
    const swatch = element("span", { class: "swatch" });
    swatch.style.setProperty("background", `var(${seriesColor(index)})`);
    const row = element(
      "tr",
      {},
      element("th", { scope: "row" }, ...(this.withRange ? [swatch] : []), name),
      element("td"),
    );
    if (this.withRange) {
      const summary = summarize(values);
      for (const value of [summary?.least, summary?.most]) {
        row.append(element("td", {}, value === undefined ? "none" : this.format(value)));
      }
    }
    row.addEventListener("pointerenter", () => this.point(index));
    row.addEventListener("pointerleave", () => this.point(null));
    return row;
  }
}
