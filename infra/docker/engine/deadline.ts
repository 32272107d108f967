/** How often own time is counted, in milliseconds. */
const tickMs = 250;

/**
 * Calls back after so long of this process's own time. On a machine so busy that this process hardly runs, a tick that comes
 * late counts once: somebody who was not heard in time is not somebody who did not answer.
 * @returns Ends the wait.
 */
export function afterOwnTime(ms: number, late: () => void): () => void {
  let ticks = Math.ceil(ms / tickMs);
  const timer = setInterval(
    () => {
      ticks -= 1;
      if (ticks > 0) return;
      clearInterval(timer);
      late();
    },
    Math.min(ms, tickMs),
  );
  return () => clearInterval(timer);
}
