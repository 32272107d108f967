import { readFileSync } from "node:fs";
import { size } from "../../../operations/status/evaluate-machine.ts";
import type { Finding } from "../finding.ts";
import { leastMemoryShare, memoryLimitOfStack } from "../needs.ts";

/**
 * The memory that the engine has against what the stack's containers may take.
 * @param bytes The engine's own where it answers, since it may run in a virtual machine; else this machine's.
 * @param where As in "Docker Desktop's virtual machine".
 * @param swapBytes With swap a stack starts in less memory.
 */
export function checkMemory(
  bytes: number,
  where: string,
  settings: Record<string, string>,
  swapBytes = 0,
): Finding {
  const name = "memory";
  const limit = memoryLimitOfStack(settings);
  const least = limit * leastMemoryShare;
  const found = `${size(bytes)} in ${where}; the limits of the stack's containers add up to ${size(limit)}`;
  if (bytes + swapBytes < least)
    return {
      name,
      state: "missing",
      found,
      advice: `It does not start with less than ${size(least)}: give the engine more memory.`,
      stops: true,
    };
  if (bytes < limit)
    return {
      name,
      state: "warning",
      found,
      advice: "It starts, and under load containers may be killed for lack of memory: give the engine more.",
    };
  return { name, state: "ok", found };
}

/** The bytes of this machine's swap, as far as Linux tells. */
export function swapOfThisMachine(): number {
  try {
    return swapIn(readFileSync("/proc/meminfo", "utf8"));
  } catch {
    return 0;
  }
}

/** The bytes of swap, from the text of /proc/meminfo. */
export function swapIn(text: string): number {
  const [, kibibytes = "0"] = /^SwapTotal:\s+(\d+) kB$/m.exec(text) ?? [];
  return Number(kibibytes) * 1024;
}
