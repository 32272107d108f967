import { sayTaken, takenPorts } from "../../ports.ts";
import type { Finding } from "../finding.ts";

/** How long the engine may take to say whose a port is: `doctor` ends within seconds. */
const answerMs = 10_000;

/** The ports that the stack publishes: free, its own already, or taken by whom. */
export async function checkPorts(stack: string, ports: Record<string, number>): Promise<Finding> {
  const name = "ports";
  const taken = await takenPorts(stack, ports, answerMs);
  const numbers = Object.values(ports).join(", ");
  if (taken.length === 0) return { name, state: "ok", found: `${numbers}: free, or this stack's own` };
  const found = `${taken.length} of ${numbers} taken`;
  if (!taken.some(({ certain }) => certain))
    return {
      name,
      state: "warning",
      found: `${found}, and the engine did not say by which containers`,
      advice: "They may be this stack's own: run this again when the engine answers.",
    };
  return {
    name,
    state: "missing",
    found,
    advice: taken.map((port) => sayTaken(stack, port)).join(" "),
    stops: true,
  };
}
