import { exceptions as allExceptions } from "./exceptions.ts";
import { matchesPattern } from "./pattern.ts";
import type { GraphResource } from "./resource-graph/collect.ts";
import { type Finding, identity, ResourceView } from "./resources.ts";
import type { Exception, Rule } from "./rule.ts";
import { rules as allRules } from "./rules.ts";

/** A rule that is broken, and by what. */
export interface Violation {
  rule: Rule;
  resource: string;
  detail: string;
}

export interface PolicyResult {
  violations: Violation[];
  /** Exceptions that something needed. */
  used: Exception[];
}

/** Checks a stack's resources against every rule. */
export function checkPolicy(
  resources: GraphResource[],
  rules = allRules,
  exceptions = allExceptions,
): PolicyResult {
  const view = new ResourceView(resources);
  const used = new Set<Exception>();
  const violations = rules.flatMap((rule) =>
    rule.check(view).flatMap((finding) => {
      const exception = exceptions.find((candidate) => excepts(candidate, rule, finding));
      if (exception) used.add(exception);
      return exception ? [] : [{ rule, resource: identity(finding.resource), detail: finding.detail }];
    }),
  );
  return { violations, used: [...used] };
}

function excepts(exception: Exception, rule: Rule, finding: Finding): boolean {
  return (
    exception.rule === rule.id &&
    matchesPattern(exception.resource, identity(finding.resource)) &&
    finding.detail.includes(exception.detail ?? "")
  );
}

/** One line for each violation. */
export function describeViolations(violations: Violation[]): string {
  return violations
    .map(({ rule, resource, detail }) => `${rule.id}: ${resource} ${detail}. ${rule.sentence}`)
    .join("\n");
}
