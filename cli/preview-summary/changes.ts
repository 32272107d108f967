import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { holdsData } from "../../infra/policy/holds-data.ts";

export const actions = ["created", "changed", "replaced", "deleted"] as const;
export type Action = (typeof actions)[number];

/** What would become of one resource. */
export interface Change {
  action: Action;
  /** The component of the architecture that it is in, in words, as in "app nodes". */
  part: string;
  /** `TYPE.NAME`, as in `docker:index/volume:Volume.database-data-1`. */
  resource: string;
  type: string;
  name: string;
  /** The properties that cause it. */
  because: string[];
  /** Whether what it holds now would be gone. */
  losesData: boolean;
}

const actionOf: Partial<Record<OpType, Action>> = {
  create: "created",
  import: "created",
  update: "changed",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "replaced",
  "delete-replaced": "replaced",
  "import-replacement": "replaced",
};

/** Every resource that would change, once: of the steps that replace it, the one that says why. */
export function changesOf(events: EngineEvent[]): Change[] {
  const changes = new Map<string, Change>();
  for (const { resourcePreEvent } of events) {
    const step = resourcePreEvent?.metadata;
    const action = step && actionOf[step.op];
    if (!step || !action || !isReal(step)) continue;
    const known = changes.get(step.urn);
    const because = known?.because.length ? known.because : (step.keys ?? step.diffs ?? []);
    const [, , , name = step.urn] = step.urn.split("::");
    changes.set(step.urn, {
      action: known?.action === "replaced" ? "replaced" : action,
      part: partOf(step.urn),
      resource: `${step.type}.${name}`,
      type: step.type,
      name,
      because,
      losesData: (known?.losesData ?? false) || losesData(step, action),
    });
  }
  return [...changes.values()].sort((a, b) => a.part.localeCompare(b.part) || a.name.localeCompare(b.name));
}

/** How many resources stay as they are. */
export function countSame(events: EngineEvent[]): number {
  return events.filter(({ resourcePreEvent }) => {
    const step = resourcePreEvent?.metadata;
    return step?.op === "same" && isReal(step);
  }).length;
}

/** Neither a component, which is a name for what is in it, nor Pulumi's own: the stack and its providers. */
export function isReal({ type, old, new: next }: StepEventMetadata): boolean {
  return (next ?? old)?.custom === true && !type.startsWith("pulumi:");
}

function losesData({ old }: StepEventMetadata, action: Action): boolean {
  return (
    old !== undefined && old !== null && (action === "replaced" || action === "deleted") && holdsData(old)
  );
}

/** The outermost component is the first type of a URN: `capstone:docker:AppNodes$docker:index/container:Container`. */
export function partOf(urn: string): string {
  const [, , types = ""] = urn.split("::");
  return componentName(types);
}

/** A component's type in words, as in "app nodes". */
export function componentName(type: string): string {
  const component = /^capstone:\w+:(\w+)/.exec(type)?.[1];
  return component ? component.replaceAll(/\B[A-Z]/g, " $&").toLowerCase() : "the stack itself";
}
