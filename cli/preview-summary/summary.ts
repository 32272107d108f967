import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { DrillResult } from "../../drills/report/results.ts";
import { type Change, changesOf, countSame } from "./changes.ts";
import { messagesOf, policyMessages } from "./events.ts";
import { interruptionsOf } from "./interruptions.ts";
import type { PendingMigration } from "./pending-migrations.ts";
import type { MigrationFinding } from "./squawk.ts";

/** What a preview is summed up from. */
export interface PreviewFacts {
  stack: string;
  target: "docker" | "aws";
  events: EngineEvent[];
  /** Pulumi's exit status. */
  status: number;
  /** Why it did not come to Pulumi. */
  failure?: string;
  /** Resources, as `TYPE.NAME`, that may be replaced or deleted with the data in them. */
  allowed: string[];
  migrations: PendingMigration[];
  /** What squawk finds in them; the reason where it was not asked. */
  findings: MigrationFinding[] | string;
  /** A line for each rule of infra/policy that the stack breaks; the reason where they were not checked. */
  violations: string[] | string;
  /** Recorded drills by name; none without docs/failover. */
  drills: Record<string, DrillResult>;
}

export interface PreviewSummary extends Omit<PreviewFacts, "events" | "allowed" | "drills"> {
  changes: Change[];
  same: number;
  /** What policy packs that the engine ran report. */
  packs: string[];
  errors: string[];
  warnings: string[];
  /** Changes that lose data and are not allowed. */
  refused: Change[];
  /** Those that are. */
  accepted: Change[];
  interruptions: string[];
  /** Why the check fails; none when it passes. */
  reasons: string[];
}

/** Sums a preview up, and decides whether its check passes. */
export function summarize({ events, allowed, drills, ...facts }: PreviewFacts): PreviewSummary {
  const changes = changesOf(events);
  const lossy = changes.filter(({ losesData }) => losesData);
  const refused = lossy.filter(({ resource }) => !allowed.includes(resource));
  const packs = policyMessages(events, "mandatory");
  const { violations } = facts;
  const broken = [...(typeof violations === "string" ? [] : violations), ...packs].length;
  const reasons = [
    ...(facts.status === 0 ? [] : ["the preview failed"]),
    ...(refused.length === 0
      ? []
      : [`data would be lost with ${refused.map(({ name }) => name).join(", ")}`]),
    ...(broken === 0 ? [] : [`${broken} policy rule${broken === 1 ? " is" : "s are"} broken`]),
  ];
  return {
    ...facts,
    packs,
    changes,
    same: countSame(events),
    errors: [...(facts.failure === undefined ? [] : [facts.failure]), ...messagesOf(events, "error")],
    warnings: [...messagesOf(events, "warning"), ...policyMessages(events, "warning")],
    refused,
    accepted: lossy.filter((change) => !refused.includes(change)),
    interruptions: interruptionsOf(changes, drills),
    reasons,
  };
}
