import { stateColor } from "./colors.mjs";
import { element } from "./element.mjs";
import { formatTime } from "./format.mjs";

/** @typedef {import("./events.mjs").Event} Event */

/**
 * Says what the marks on the charts are.
 *
 * @param {HTMLDetailsElement} details
 * @param {Event[]} events
 */
export function showEvents(details, events) {
  const counts = Map.groupBy(events, ({ annotation }) => annotation.name);
  const summary = details.querySelector("summary");
  const names = [...counts].map(([name, some]) => swatched(some[0], `${name}: ${some.length}`));
  summary?.replaceChildren("Marked on the charts: ", ...names);
  details
    .querySelector("ol")
    ?.replaceChildren(
      ...events.map((event) =>
        element("li", {}, swatched(event, `${when(event)} ${event.annotation.title}: ${event.text}`)),
      ),
    );
  details.hidden = events.length === 0;
}

/**
 * @param {Event | undefined} event
 * @param {string} text
 */
function swatched(event, text) {
  const swatch = element("span", { class: "swatch" });
  if (event) swatch.style.setProperty("background", `var(${stateColor(event.annotation.color)})`);
  return element("span", {}, swatch, text);
}

/** @param {Event} event */
function when({ from, to }) {
  return to > from ? `${formatTime(from, true)} to ${formatTime(to, true)}` : formatTime(from, true);
}
