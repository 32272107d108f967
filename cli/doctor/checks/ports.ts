import { sayTaken, takenPorts } from "../../ports.ts";
import type { Finding } from "../finding.ts";

/** The ports that the stack publishes: free, its own already, or taken by whom. */
export async function checkPorts(stack: string, ports: Record<string, number>): Promise<Finding> {
  const name = "ports";
  const taken = await takenPorts(stack, ports);
  const numbers = Object.values(ports).join(", ");
  if (taken.length === 0) return { name, state: "ok", found: `${numbers}: free, or this stack's own` };
  return {
    name,
    state: "missing",
    found: `${taken.length} of ${numbers} taken`,
    advice: taken.map((port) => sayTaken(stack, port)).join(" "),
    stops: true,
  };
}
