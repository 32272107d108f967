// Colors are custom properties of page.css, so that light and dark are said in one place.

/** How many colors there are for series; from then on they come again, dashed. */
export const seriesColors = 8;

/** @param {number} index */
export const seriesColor = (index) => `--series-${(index % seriesColors) + 1}`;

/** @param {import("../../../../monitoring/dashboard.ts").Color} color */
export const stateColor = (color) => `--${color}`;

/**
 * What a canvas paints with.
 *
 * @param {string} name
 */
export function painted(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
