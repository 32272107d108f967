// What uPlot does not draw by itself: what happened, and states. Lengths are in canvas pixels.
import { stretches } from "./align.mjs";
import { painted, stateColor } from "./colors.mjs";
import uPlot from "./uplot/uPlot.esm.js";

/** Of a row of states, in CSS pixels. */
export const rowHeight = 22;

/**
 * A band from an event's start to its end, and a line where it starts.
 *
 * @param {uPlot} plot
 * @param {import("./events.mjs").Event[]} events
 */
export function drawEvents(plot, events) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { annotation, from, to } of events) {
    const color = painted(stateColor(annotation.color));
    const left = plot.valToPos(from, "x", true);
    ctx.fillStyle = color;
    ctx.globalAlpha = 0.15;
    ctx.fillRect(left, bbox.top, Math.max(plot.valToPos(to, "x", true) - left, 0), bbox.height);
    ctx.globalAlpha = 0.8;
    ctx.fillRect(left - uPlot.pxRatio / 2, bbox.top, uPlot.pxRatio, bbox.height);
  }
  ctx.restore();
}

/**
 * A row for each series, with a bar for each stretch of time in which it keeps its state.
 *
 * @param {uPlot} plot
 * @param {import("../../../../monitoring/dashboard.ts").States} states
 * @param {number} stepSeconds
 */
export function drawStates(plot, states, stepSeconds) {
  const { ctx, bbox, data } = plot;
  const [times, ...lines] = data;
  const height = bbox.height / Math.max(lines.length, 1);
  const gap = Math.min(height * 0.12, 3 * uPlot.pxRatio);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  lines.forEach((values, row) => {
    for (const { value, from, to } of stretches([...values].map((one) => one ?? null))) {
      const left = plot.valToPos(times[from] ?? 0, "x", true);
      const right = plot.valToPos((times[to - 1] ?? 0) + stepSeconds, "x", true);
      const { color, text } = states[value] ?? { color: "gray", text: String(value) };
      // What is bad is higher too, for those who see no red.
      const inset = color === "red" ? 0 : gap;
      const top = bbox.top + row * height + inset;
      ctx.fillStyle = painted(stateColor(color));
      ctx.fillRect(left, top, right - left, height - 2 * inset);
      const indent = 6 * uPlot.pxRatio;
      if (ctx.measureText(text).width + 2 * indent < right - left) {
        ctx.fillStyle = painted("--on-color");
        ctx.fillText(text, Math.max(left, bbox.left) + indent, top + height / 2 - inset);
      }
    }
  });
  ctx.restore();
}
