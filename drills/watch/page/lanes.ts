import type { DrillState, Stretch } from "../state.ts";
import { byId, element } from "./element.ts";
import type { Timespan } from "./timespan.ts";

/** One row for each database node: who was what, under the same time as the requests. */
export function showLanes(state: DrillState, nowMs: number, span: Timespan): void {
  // What is left of the width beside the names, as page.css has it.
  const width = byId("lanes").clientWidth - 88;
  const rows = [...state.lanes].toSorted(([one], [other]) => one.localeCompare(other));
  byId("lanes").replaceChildren(
    ...rows.map(([name, stretches]) => {
      const bars = stretches.flatMap((stretch) => makeBar(stretch, nowMs, span, width));
      return element(
        "div",
        { class: "lane" },
        element("span", { class: "name" }, name),
        element("div", { class: "bars" }, ...bars),
      );
    }),
  );
}

function makeBar({ fromMs, toMs, as }: Stretch, nowMs: number, span: Timespan, width: number): HTMLElement[] {
  const length = span.toMs - span.fromMs;
  const from = Math.max(0, (fromMs - span.fromMs) / length);
  const to = Math.min(1, ((toMs ?? Math.min(nowMs, span.toMs)) - span.fromMs) / length);
  if (to <= from) return [];
  // A word that is cut off says less than none; the list of what happened has it.
  const fits = (to - from) * width > 13 + as.length * 7;
  const bar = element("span", { class: "bar", "data-as": as }, fits ? as : "");
  bar.style.left = `${from * 100}%`;
  bar.style.width = `${(to - from) * 100}%`;
  return [bar];
}
