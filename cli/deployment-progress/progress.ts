import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { isReal, partOf } from "../preview-summary/changes.ts";

/** A part of the architecture while it is deployed. */
export interface PartProgress {
  /** In words, as in "app nodes". */
  name: string;
  /** How many resources it will have; undefined where that is not known. */
  total: number | undefined;
  done: number;
  /** Of these, how many were not as they should be. */
  changed: number;
  /** What is being made or changed now, by its URN. */
  doing: Map<string, string>;
  /** When its first change began, and when all of it was there. */
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
}

/** Reading what is there, and `replace`, which the engine says beside the creation and the deletion that it is. */
const uncounted: OpType[] = ["refresh", "read", "read-replacement", "discard", "discard-replaced", "replace"];

/** How far a deployment is, by the engine's own events. */
export class DeploymentProgress {
  readonly parts = new Map<string, PartProgress>();
  readonly startedAtMs: number;

  /** @param expected How many resources each part will have. */
  constructor(expected: ReadonlyMap<string, number>, startedAtMs: number) {
    this.startedAtMs = startedAtMs;
    for (const [name, total] of expected) this.parts.set(name, newPart(name, total));
  }

  get done(): number {
    return [...this.parts.values()].reduce((sum, { done }) => sum + done, 0);
  }

  /** Undefined where it is not known. */
  get total(): number | undefined {
    const totals = [...this.parts.values()].map(({ total }) => total);
    return totals.every((total) => total !== undefined)
      ? totals.reduce((sum, total) => sum + total, 0)
      : undefined;
  }

  /** Those in which something is being made or changed. */
  get underWay(): PartProgress[] {
    return [...this.parts.values()].filter(({ doing }) => doing.size > 0);
  }

  /** @returns The part that has begun or ended by this, if one has. */
  take({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent, nowMs: number) {
    const begun = resourcePreEvent?.metadata;
    if (begun) return this.begin(begun, nowMs);
    const ended = resOutputsEvent?.metadata;
    if (ended) return this.end(ended, nowMs);
    const failed = resOpFailedEvent?.metadata;
    if (failed) this.partFor(failed)?.doing.delete(failed.urn);
    return undefined;
  }

  private begin(step: StepEventMetadata, nowMs: number): PartProgress | undefined {
    const part = this.partFor(step);
    if (!part || step.op === "same") return undefined;
    part.doing.set(step.urn, nameOf(step));
    if (part.startedAtMs !== undefined) return undefined;
    part.startedAtMs = nowMs;
    return part;
  }

  private end(step: StepEventMetadata, nowMs: number): PartProgress | undefined {
    const part = this.partFor(step);
    if (!part) return undefined;
    const wasChanged = part.doing.delete(step.urn);
    // A replacement's deletion comes after it, and is not another resource.
    if (step.op === "delete" || step.op === "delete-replaced") return undefined;
    part.done += 1;
    if (wasChanged) part.changed += 1;
    if (part.endedAtMs !== undefined || part.done !== part.total) return undefined;
    part.endedAtMs = nowMs;
    return part.startedAtMs === undefined ? undefined : part;
  }

  private partFor(step: StepEventMetadata): PartProgress | undefined {
    if (!isReal(step) || uncounted.includes(step.op)) return undefined;
    const name = partOf(step.urn);
    const part = this.parts.get(name) ?? newPart(name, undefined);
    this.parts.set(name, part);
    return part;
  }
}

function newPart(name: string, total: number | undefined): PartProgress {
  return {
    ...{ name, total, done: 0, changed: 0, doing: new Map() },
    startedAtMs: undefined,
    endedAtMs: undefined,
  };
}

function nameOf({ urn, type }: StepEventMetadata): string {
  const kind = type.split(":").at(-1) ?? type;
  return `${kind.replaceAll(/\B[A-Z]/g, " $&").toLowerCase()} ${urn.split("::").at(-1)}`;
}
