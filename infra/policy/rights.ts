import { typeOf } from "./cloudformation/naming.ts";
import type { ResourceSchemas } from "./cloudformation/schemas.ts";
import type { GraphResource } from "./resource-graph/collect.ts";

export type Handler = "create" | "read" | "update" | "delete";

/** A statement of an IAM policy, as far as actions go. */
export interface ActionStatement {
  Effect: string;
  Action?: string | string[];
}

/** A permission that AWS's schema asks for, and for which types of the graph. */
export interface NeededAction {
  action: string;
  types: string[];
}

/** What AWS's schemas say that handling the graph's types takes, in the order of the actions. */
export function neededActions(
  resources: GraphResource[],
  handlers: Handler[],
  schemas: ResourceSchemas,
): NeededAction[] {
  const needed = new Map<string, Set<string>>();
  const types = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("aws:")));
  for (const type of types) {
    const schema = schemas.find(typeOf(type));
    for (const handler of handlers) {
      for (const action of schema?.handlers?.[handler]?.permissions ?? []) {
        needed.set(action, (needed.get(action) ?? new Set()).add(type));
      }
    }
  }
  return [...needed]
    .map(([action, of]) => ({ action, types: [...of].sort() }))
    .sort((a, b) => a.action.localeCompare(b.action, "en"));
}

/** Whether a statement allows an action on anything at all; what is denied somewhere is not looked at. */
export function allows(statements: ActionStatement[], action: string): boolean {
  return statements.some(
    ({ Effect, Action }) =>
      Effect === "Allow" && [Action ?? []].flat().some((pattern) => matches(pattern, action)),
  );
}

const expressions = new Map<string, RegExp>();

/** AWS's own action names differ in case here and there, and IAM does not mind. */
function matches(pattern: string, action: string): boolean {
  let expression = expressions.get(pattern);
  if (!expression) {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    expression = new RegExp(`^${escaped}$`, "i");
    expressions.set(pattern, expression);
  }
  return expression.test(action);
}
