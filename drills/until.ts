import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 100;

/** @returns Whether the condition held in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const endsAtMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > endsAtMs) return false;
    await sleep(pauseMs);
  }
  return true;
}
