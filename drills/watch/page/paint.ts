// What uPlot does not draw by itself. Lengths are in canvas pixels.
import uPlot from "uplot";
import type { DrillState } from "../state.ts";
import { painted } from "./element.ts";
import type { Timespan } from "./timespan.ts";

/** What took longer leaves a trail: how long it had waited, at each moment. */
const trailMs = 300;

class Brush {
  readonly ctx: CanvasRenderingContext2D;
  readonly scale = uPlot.pxRatio;
  private readonly plot: uPlot;
  private readonly span: Timespan;

  constructor(plot: uPlot, span: Timespan) {
    this.plot = plot;
    this.ctx = plot.ctx;
    this.span = span;
  }

  x(ms: number): number {
    return this.plot.valToPos((ms - this.span.fromMs) / 1_000, "x", true);
  }

  y(tookMs: number): number {
    return this.plot.valToPos(Math.min(60_000, Math.max(1, tookMs)), "y", true);
  }

  dots(points: [number, number][], color: string, radius: number): void {
    const { ctx } = this;
    ctx.fillStyle = painted(color);
    ctx.beginPath();
    for (const [atMs, tookMs] of points) {
      const [x, y, r] = [this.x(atMs), this.y(tookMs), radius * this.scale];
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  /** From when it was sent to a moment, as high as it had waited. */
  trail(startedAtMs: number, untilMs: number): void {
    const { ctx } = this;
    const steps = 24;
    ctx.moveTo(this.x(startedAtMs), this.y(1));
    for (let step = 1; step <= steps; step++) {
      // Closer together at the beginning, where the curve is steep.
      const waited = (untilMs - startedAtMs) * (step / steps) ** 3;
      ctx.lineTo(this.x(startedAtMs + waited), this.y(waited));
    }
  }
}

/** From the fault until everything is redundant again. */
export function shadeFault(plot: uPlot, state: DrillState, nowMs: number, span: Timespan): void {
  const { faultAtMs, redundantAtMs } = state;
  if (faultAtMs === undefined) return;
  const brush = new Brush(plot, span);
  const { ctx, bbox } = plot;
  const [from, to] = [brush.x(faultAtMs), brush.x(redundantAtMs ?? Math.min(nowMs, span.toMs))];
  ctx.save();
  ctx.fillStyle = painted("fault-shade");
  ctx.fillRect(from, bbox.top, Math.max(0, to - from), bbox.height);
  ctx.restore();
}

export function drawSettled(plot: uPlot, state: DrillState, span: Timespan): void {
  const brush = new Brush(plot, span);
  const { ctx } = plot;
  const done = state.settled.filter(([, , , outcome]) => outcome === "acknowledged");
  const of = (kind: "write" | "read") => done.filter(([, , one]) => one === kind);
  ctx.save();
  ctx.lineWidth = brush.scale;
  ctx.globalAlpha = 0.35;
  for (const kind of ["read", "write"] as const) {
    ctx.strokeStyle = painted(kind);
    ctx.beginPath();
    for (const [endedAtMs, tookMs] of of(kind))
      if (tookMs > trailMs) brush.trail(endedAtMs - tookMs, endedAtMs);
    ctx.stroke();
  }
  ctx.globalAlpha = 0.85;
  for (const kind of ["read", "write"] as const) {
    brush.dots(
      of(kind).map(([endedAtMs, tookMs]) => [endedAtMs, tookMs]),
      kind,
      1.9,
    );
  }
  ctx.restore();
}

/** Says how long the slowest took, at its dot. */
export function drawLongest(plot: uPlot, state: DrillState, span: Timespan): void {
  const from = state.faultAtMs ?? Number.POSITIVE_INFINITY;
  const slow = state.settled.filter(([endedAtMs, tookMs]) => endedAtMs > from && tookMs > trailMs);
  const [endedAtMs, tookMs] =
    slow.reduce((most, one) => (one[1] > (most?.[1] ?? 0) ? one : most), slow[0]) ?? [];
  if (endedAtMs === undefined || tookMs === undefined) return;
  const brush = new Brush(plot, span);
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = painted("ink");
  ctx.font = `600 ${12 * brush.scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const [x, y] = [brush.x(endedAtMs) + 9 * brush.scale, brush.y(tookMs)];
  ctx.fillText(`${(tookMs / 1_000).toFixed(1)} s, the longest`, x, y);
  ctx.restore();
}

/** A ring for each request under way, as high as it has waited. */
export function drawWaiting(plot: uPlot, state: DrillState, nowMs: number, span: Timespan): void {
  const brush = new Brush(plot, span);
  const { ctx } = plot;
  ctx.save();
  ctx.lineWidth = 1.5 * brush.scale;
  for (const [startedAtMs, kind] of state.waiting) {
    const waited = nowMs - startedAtMs;
    ctx.strokeStyle = painted(waited > trailMs ? "waiting" : kind);
    ctx.beginPath();
    if (waited > trailMs) brush.trail(startedAtMs, nowMs);
    const [x, y, r] = [brush.x(nowMs), brush.y(waited), 3.5 * brush.scale];
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.restore();
}

export function drawFailures(plot: uPlot, state: DrillState, span: Timespan): void {
  const brush = new Brush(plot, span);
  const { ctx } = plot;
  const arm = 4 * brush.scale;
  ctx.save();
  ctx.strokeStyle = painted("alarm");
  ctx.lineWidth = 1.75 * brush.scale;
  ctx.beginPath();
  for (const [endedAtMs, tookMs] of state.failed) {
    const [x, y] = [brush.x(endedAtMs), brush.y(tookMs)];
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
  }
  ctx.stroke();
  ctx.restore();
}

/** What a write may take at most. */
export function drawLimit(plot: uPlot, { writeLimitMs }: DrillState): void {
  if (writeLimitMs === null) return;
  const { ctx, bbox } = plot;
  const y = plot.valToPos(writeLimitMs, "y", true);
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = painted("muted");
  ctx.setLineDash([3 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  ctx.lineWidth = uPlot.pxRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  const text = `a write may take ${writeLimitMs / 1_000} s`;
  ctx.fillText(text, bbox.left + bbox.width - 4 * uPlot.pxRatio, y - 5 * uPlot.pxRatio);
  ctx.restore();
}

/** The fault, its end, who took over and when all is well: lines with their words above the picture. */
export function drawMarks(plot: uPlot, state: DrillState, span: Timespan): void {
  const brush = new Brush(plot, span);
  const { ctx, bbox } = plot;
  const colors = { inject: "alarm", clear: "muted", primary: "write", redundant: "good", seen: "muted" };
  const marked = state.moments.filter(({ kind }) => kind !== "seen");
  ctx.save();
  ctx.font = `600 ${11.5 * brush.scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  /** How far each of the lines of words is written. */
  const written = [0, 0, 0];
  for (const { atMs, kind, text } of marked) {
    const x = brush.x(atMs);
    ctx.strokeStyle = ctx.fillStyle = painted(colors[kind]);
    ctx.lineWidth = (kind === "inject" ? 2 : 1.25) * brush.scale;
    ctx.setLineDash(kind === "inject" ? [] : [4 * brush.scale, 3 * brush.scale]);
    const said =
      kind === "redundant" ? "fully redundant" : kind === "primary" ? text.replace(/ and .*/, "") : text;
    const width = ctx.measureText(said).width;
    const left = Math.min(x + 4 * brush.scale, bbox.left + bbox.width - width);
    const row = written.findIndex((end) => end <= left);
    const bottom = bbox.top - (4 + (2 - Math.max(row, 0)) * 14) * brush.scale;
    if (row >= 0) {
      written[row] = left + width + 10 * brush.scale;
      ctx.fillText(said, left, bottom);
    }
    ctx.beginPath();
    ctx.moveTo(x, row >= 0 ? bottom - 8 * brush.scale : bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
