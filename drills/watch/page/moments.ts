import type { Moment } from "../state.ts";
import { byId, element } from "./element.ts";

// It scrolls, so the keyboard has to reach it.
byId("log").tabIndex = 0;

/** @param zeroMs The fault, or the moment itself where there was none yet. */
export function addMoment({ atMs, kind, text }: Moment, zeroMs: number): void {
  const seconds = (atMs - zeroMs) / 1_000;
  const when = element(
    "span",
    { class: "when" },
    `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(1)} s`,
  );
  byId("moments").append(element("li", { "data-kind": kind }, when, element("span", {}, text)));
  const log = byId("log");
  log.scrollTop = log.scrollHeight;
}

export function forgetMoments(): void {
  byId("moments").replaceChildren();
}
