import uPlot from "uplot";
import type { DrillState } from "../state.ts";
import { painted } from "./element.ts";
import {
  drawFailures,
  drawLimit,
  drawLongest,
  drawMarks,
  drawSettled,
  drawWaiting,
  shadeFault,
} from "./paint.ts";
import type { Timespan } from "./timespan.ts";

const font = "12px system-ui, sans-serif";
/** Latencies from one that is nothing to one that nobody waits for, in milliseconds. */
const least = 1;
const most = 60_000;
const labels: Record<number, string> = {
  1: "1 ms",
  10: "10 ms",
  100: "0.1 s",
  1000: "1 s",
  10000: "10 s",
};
const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300];

/** Every request as a dot: when it ended and how long it took; what waits rises until it is answered. */
export class Chart {
  private readonly place: HTMLElement;
  private plot: uPlot | undefined;
  private state: DrillState | undefined;
  private nowMs = 0;
  private span: Timespan = { fromMs: 0, toMs: 1 };

  constructor(place: HTMLElement) {
    this.place = place;
  }

  show(state: DrillState, nowMs: number, span: Timespan): void {
    Object.assign(this, { state, nowMs, span });
    const size = { width: this.place.clientWidth, height: this.place.clientHeight };
    this.plot ??= new uPlot(this.options(size), [[0, 1]], this.place);
    if (size.width !== this.plot.width || size.height !== this.plot.height) this.plot.setSize(size);
    // Moments of the axis are seconds since the first request.
    this.plot.setData([
      [0, (span.toMs - span.fromMs) / 1_000],
      [least, least],
    ]);
  }

  private get zeroSeconds(): number {
    return ((this.state?.faultAtMs ?? this.span.fromMs) - this.span.fromMs) / 1_000;
  }

  private options(size: { width: number; height: number }): uPlot.Options {
    const axis = { stroke: () => painted("muted"), font, ticks: { show: false } };
    const grid = { stroke: () => painted("line"), width: 1 };
    return {
      ...size,
      padding: [44, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_, from, to) => [from ?? 0, to ?? 1] },
        y: { distr: 3, range: () => [least, most] },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        {
          ...axis,
          grid,
          size: 26,
          splits: (_, __, from, to) => this.splits(from, to),
          values: (_, splits) => splits.map((value) => `${Math.round(value - this.zeroSeconds)} s`),
        },
        {
          ...axis,
          grid,
          size: 76,
          splits: () => Object.keys(labels).map(Number),
          values: (_, splits) => splits.map((value) => labels[value] ?? ""),
          filter: (_, splits) => splits,
        },
      ],
      hooks: {
        drawClear: [(plot) => this.state && shadeFault(plot, this.state, this.nowMs, this.span)],
        draw: [(plot) => this.draw(plot)],
      },
    };
  }

  /** Whole seconds since the fault, as many as fit. */
  private splits(from: number, to: number): number[] {
    const room = (this.plot?.width ?? 600) / 70;
    const step = steps.find((seconds) => (to - from) / seconds <= room) ?? 600;
    const zero = this.zeroSeconds;
    const first = Math.ceil((from - zero) / step) * step + zero;
    const count = Math.max(0, Math.floor((to - first) / step) + 1);
    return Array.from({ length: count }, (_, index) => first + index * step);
  }

  private draw(plot: uPlot): void {
    const { state, nowMs, span } = this;
    if (!state) return;
    drawLimit(plot, state);
    drawSettled(plot, state, span);
    drawLongest(plot, state, span);
    drawWaiting(plot, state, nowMs, span);
    drawFailures(plot, state, span);
    drawMarks(plot, state, span);
  }
}
