import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { PersonError } from "../../infra/errors.ts";

/**
 * The lines that `pulumi preview --event-log` writes, each an event as Pulumi's `apitype` has it.
 * @throws PersonError with the line that is none.
 */
export function parseEvents(log: string): EngineEvent[] {
  return log.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch {
      throw new PersonError(
        `Line ${index + 1} of the engine's events is not JSON: the preview was cut off there.`,
      );
    }
  });
}

/** What the engine said at a severity, without the marks for colours, each once. */
export function messagesOf(events: EngineEvent[], severity: "error" | "warning"): string[] {
  const said = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === severity && !diagnosticEvent.ephemeral
      ? [withoutColour(diagnosticEvent.message).trim()]
      : [],
  );
  return [...new Set(said)].filter(Boolean);
}

/** A line for each violation that a policy pack reported to the engine. */
export function policyMessages(events: EngineEvent[], level: "mandatory" | "warning"): string[] {
  return events.flatMap(({ policyEvent }) =>
    policyEvent?.enforcementLevel === level
      ? [`${policyEvent.policyName}: ${withoutColour(policyEvent.message).trim()}`]
      : [],
  );
}

/** The newest migration of the stack as it runs; undefined where none runs. */
export function deployedMigration(events: EngineEvent[]): string | undefined {
  const stack = events.find(
    ({ resourcePreEvent }) => resourcePreEvent?.metadata.type === "pulumi:pulumi:Stack",
  );
  const newest: unknown = stack?.resourcePreEvent?.metadata.old?.outputs.migration;
  return typeof newest === "string" ? newest : undefined;
}

/** Pulumi marks colours as `<{%fg 1%}>`, and leaves it to whoever shows them. */
function withoutColour(text: string): string {
  return text.replaceAll(/<\{%.*?%\}>/g, "");
}
