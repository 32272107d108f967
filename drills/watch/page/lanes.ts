import type { DrillState, Stretch } from "../state.ts";
import { byId, element } from "./element.ts";
import type { Timespan } from "./timespan.ts";

/** One row for each database node: who was what, under the same time as the requests. */
export function showLanes(state: DrillState, nowMs: number, span: Timespan): void {
  const rows = [...state.lanes].toSorted(([one], [other]) => one.localeCompare(other));
  byId("lanes").replaceChildren(
    ...rows.map(([name, stretches]) => {
      const bars = stretches.flatMap((stretch) => makeBar(stretch, nowMs, span));
      return element(
        "div",
        { class: "lane" },
        element("span", { class: "name" }, name),
        element("div", { class: "bars" }, ...bars),
      );
    }),
  );
}

function makeBar({ fromMs, toMs, as }: Stretch, nowMs: number, span: Timespan): HTMLElement[] {
  const length = span.toMs - span.fromMs;
  const from = Math.max(0, (fromMs - span.fromMs) / length);
  const to = Math.min(1, ((toMs ?? Math.min(nowMs, span.toMs)) - span.fromMs) / length);
  if (to <= from) return [];
  const bar = element("span", { class: "bar", "data-as": as }, element("span", {}, as));
  bar.style.left = `${from * 100}%`;
  bar.style.width = `${(to - from) * 100}%`;
  return [bar];
}
