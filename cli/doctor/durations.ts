/**
 * What set-up takes for each part where nothing is there yet, in minutes on two quiet cores. Measured on a two-core machine
 * that reaches package registries only: set-up's own report ("built 2.5.0 from crates.io (… s)") and the times in
 * ~/.cache/capstone/logs. Parts are built side by side, so the processors are what they wait for and the sum is the
 * whole; it came to 8 to 9 minutes, and to 19 where something else kept the cores busy.
 */
export const setUpMinutes = {
  engine: 0.2,
  packages: 0.5,
  pulumi: 3,
  garage: 4.3,
  images: 2,
} as const;

/** From the first container of a new stack to its last: under a minute, then `up` waits until it is healthy. */
export const deployMinutes = 1.5;

/** More cores than this are not kept busy: the longest build has a long last step. */
const usefulCores = 4;

/** How long work of so many minutes on two cores takes here, roughly, in seconds. */
export function secondsHere(minutes: number, processors: number): number {
  const cores = Math.min(Math.max(processors, 1), usefulCores);
  return Math.round((minutes * 60 * 2) / cores);
}

/** How long the first `up` takes here, roughly, in whole minutes. */
export function firstUpMinutes(minutes: number, processors: number): number {
  return Math.max(1, Math.round(secondsHere(minutes, processors) / 60 + deployMinutes));
}
