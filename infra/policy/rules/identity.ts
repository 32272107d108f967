import type { Rendered } from "../resource-graph/render.ts";
import type { Finding } from "../resources.ts";
import { at, list, parsed } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

export const noWildcard: Rule = {
  id: "no-wildcard",
  sentence: "No role may do everything of a service or reach every resource, unless an exception says why.",
  check: (view) =>
    view.ofType(types.rolePolicy).flatMap((policy): Finding[] =>
      statementsOf(policy.inputs.policy)
        .filter((statement) => at(statement, "Effect") === "Allow")
        .flatMap((statement) => {
          const sid = at(statement, "Sid") ?? "a statement";
          const wide = list(at(statement, "Action")).filter((action) => String(action).endsWith("*"));
          const anywhere = list(at(statement, "Resource")).includes("*");
          return [
            ...(wide.length > 0 ? [{ resource: policy, detail: `${sid}: allows ${wide.join(", ")}` }] : []),
            ...(anywhere ? [{ resource: policy, detail: `${sid}: reaches every resource` }] : []),
          ];
        }),
    ),
};

export const noWideTrust: Rule = {
  id: "no-wide-trust",
  sentence: "Whoever may take a role is named, and bound to this account or to one repository.",
  check: (view) =>
    view.find([types.role], (role) => {
      for (const statement of statementsOf(role.inputs.assumeRolePolicy)) {
        const principal = JSON.stringify(at(statement, "Principal") ?? "*");
        if (principal.includes('"*"')) return "may be taken by anyone";
        const condition = JSON.stringify(at(statement, "Condition") ?? {});
        const bound = condition.includes("aws:SourceAccount") || /:sub"/.test(condition);
        if (!bound) return "is bound to no account and no repository";
        if (/:sub":\[?"repo:[^"]*\*/.test(condition)) return "may be taken by more than the named workflows";
      }
      return undefined;
    }),
};

function statementsOf(policy: Rendered | undefined): Rendered[] {
  return list(at(parsed(policy), "Statement"));
}
