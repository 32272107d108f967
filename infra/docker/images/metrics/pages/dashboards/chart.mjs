// A chart of lines or of states over time, with what happened marked on it, and its legend.
import { align } from "./align.mjs";
import { painted, seriesColor, seriesColors } from "./colors.mjs";
import { element } from "./element.mjs";
import { formatTime, formatValue } from "./format.mjs";
import { Legend } from "./legend.mjs";
import { drawEvents, drawStates, rowHeight } from "./paint.mjs";
import uPlot from "./uplot/uPlot.esm.js";

/** @typedef {import("../../../../monitoring/dashboard.ts").LinesPanel} LinesPanel */
/** @typedef {import("../../../../monitoring/dashboard.ts").StatesPanel} StatesPanel */
/** @typedef {import("./read-panel.mjs").Answer} Answer */

const font = "12px system-ui, sans-serif";
/** Steps of the vertical axis that are round in the unit; the others take uPlot's own. */
const roundSteps = {
  s: [
    ...[1e-6, 1e-5, 1e-4, 1e-3].flatMap((size) => [size, 2 * size, 5 * size]),
    ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800],
    ...[1, 2, 4, 6, 12, 24, 48, 96, 192].map((hours) => hours * 3_600),
  ],
  bytes: Array.from({ length: 48 }, (_, power) => 2 ** power),
};

export class Chart {
  /** @param {LinesPanel | StatesPanel} panel */
  constructor(panel) {
    this.panel = panel;
    // What it draws, its legend says in words.
    this.canvas = element("div", { class: "chart", "aria-hidden": "true" });
    this.canvas.style.setProperty("--rows", String(panel.height));
    this.legend = new Legend(
      panel.title,
      (value) => this.#format(value),
      panel.kind === "lines",
      (index) => this.plot?.setSeries(index === null ? null : index + 1, { focus: true }),
    );
    this.elements = [this.canvas, this.legend.element];
    /** @type {string[]} */
    this.names = [];
    this.times = { start: 0, end: 1, step: 1 };
    /** @type {import("./events.mjs").Event[]} */
    this.events = [];
    /** @type {uPlot | undefined} */
    this.plot = undefined;
    new ResizeObserver(() => this.plot?.setSize(this.#size())).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plot?.redraw());
  }

  /**
   * @param {Answer[]} answers
   * @param {import("./range.mjs").Times} times
   * @param {import("./events.mjs").Event[]} events
   * @returns {boolean} Whether there was anything to show.
   */
  show(answers, times, events) {
    const { times: points, lines } = align(answers, times);
    this.times = times;
    this.events = events;
    const names = lines.map(({ name }) => name);
    if (!this.plot || names.join("\n") !== this.names.join("\n")) {
      this.names = names;
      this.plot?.destroy();
      this.canvas.style.setProperty("--lines", String(names.length));
      this.plot = new uPlot(this.#options(), [[], ...lines.map(() => [])], this.canvas);
    }
    this.plot.setData([points, ...lines.map(({ values }) => values)]);
    this.legend.show(points, lines);
    return lines.length > 0;
  }

  /** @param {number} value */
  #format(value) {
    const { panel } = this;
    return panel.kind === "states"
      ? (panel.states[value]?.text ?? String(value))
      : formatValue(panel.unit, value);
  }

  #size() {
    return { width: Math.max(this.canvas.clientWidth, 120), height: Math.max(this.canvas.clientHeight, 80) };
  }

  /** @returns {uPlot.Options} */
  #options() {
    const { panel } = this;
    const axis = { stroke: () => painted("--muted"), font, ticks: { show: false } };
    const grid = { stroke: () => painted("--grid"), width: 1 };
    return {
      ...this.#size(),
      padding: [8, 18, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.2 },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: "time", scales: ["x", null] },
        points: { show: panel.kind === "lines" },
      },
      scales: {
        x: { time: true, range: () => [this.times.start, this.times.end] },
        y: { range: (_, least, most) => this.#verticalRange(least, most) },
      },
      series: [{}, ...this.names.map((_, index) => this.#series(index))],
      axes: [
        { ...axis, grid, size: 26, values: (_, splits) => splits.map((seconds) => formatTime(seconds)) },
        panel.kind === "states"
          ? { ...axis, ...this.#stateAxis() }
          : { ...axis, grid, ...this.#valueAxis(panel) },
      ],
      hooks: {
        drawClear: [(plot) => drawEvents(plot, this.events)],
        draw: [(plot) => panel.kind === "states" && drawStates(plot, panel.states, this.times.step)],
        setCursor: [(plot) => this.legend.at(plot.cursor.idx ?? null)],
      },
    };
  }

  /**
   * @param {number} index
   * @returns {uPlot.Series}
   */
  #series(index) {
    if (this.panel.kind === "states") return { paths: () => null, points: { show: false } };
    const round = Math.floor(index / seriesColors);
    return {
      stroke: () => painted(seriesColor(index)),
      width: 1.5,
      points: { show: false },
      ...(round > 0 ? { dash: [6 / round, 4] } : {}),
    };
  }

  /**
   * @param {number | null} least
   * @param {number | null} most
   * @returns {[number, number]}
   */
  #verticalRange(least, most) {
    const { panel } = this;
    if (panel.kind === "states") return [0, Math.max(this.names.length, 1)];
    const from = panel.min ?? Math.min(least ?? 0, 0);
    // With room above the line, and never a range of nothing.
    return [from, panel.max ?? ((most ?? 0) > from ? from + ((most ?? 0) - from) * 1.08 : from + 1)];
  }

  /**
   * @param {LinesPanel} panel
   * @returns {uPlot.Axis}
   */
  #valueAxis({ unit }) {
    const incrs = unit === "s" || unit === "bytes" ? { incrs: roundSteps[unit] } : {};
    return { ...incrs, size: 68, values: (_, splits) => splits.map((value) => formatValue(unit, value)) };
  }

  /** @returns {uPlot.Axis} */
  #stateAxis() {
    const { names } = this;
    return {
      grid: { show: false },
      splits: () => names.map((_, row) => names.length - row - 0.5),
      values: () => names,
      // As wide as the longest name.
      size: (plot) => {
        plot.ctx.font = font;
        return Math.max(...names.map((name) => plot.ctx.measureText(name).width), 40) + 16;
      },
      space: rowHeight / 2,
    };
  }
}
