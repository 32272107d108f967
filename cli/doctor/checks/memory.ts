import { size } from "../../../operations/status/evaluate-machine.ts";
import type { Finding } from "../finding.ts";
import { leastMemoryShare, memoryLimitOfStack } from "../needs.ts";

/**
 * The memory that the engine has against what the stack's containers may take.
 * @param bytes The engine's own where it answers, since it may run in a virtual machine; else this machine's.
 * @param where As in "Docker Desktop's virtual machine".
 */
export function checkMemory(bytes: number, where: string, settings: Record<string, string>): Finding {
  const name = "memory";
  const limit = memoryLimitOfStack(settings);
  const least = limit * leastMemoryShare;
  const found = `${size(bytes)} in ${where}; the limits of the stack's containers add up to ${size(limit)}`;
  if (bytes < least)
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
