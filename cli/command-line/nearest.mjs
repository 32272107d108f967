/**
 * The name that differs least from what was typed; undefined where none is near enough to be meant.
 * @param {string} typed
 * @param {string[]} names
 */
export function nearest(typed, names) {
  const [best] = names
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, typed.length / 3) ? best.name : undefined;
}

/**
 * How many letters have to be added, taken away or changed (Levenshtein's distance).
 * @param {string} from
 * @param {string} to
 */
function editDistance(from, to) {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
