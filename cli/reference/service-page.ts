import { table } from "../../drills/report/table.ts";
import schema from "../../infra/service.schema.json" with { type: "json" };

interface Key {
  allowed: string;
  description: string;
  default?: unknown;
  properties?: Record<string, Partial<Key>>;
}

/** The table of docs/your-service.md: from the JSON Schema that every service.yaml is held against. */
export function serviceSections(): Record<string, string> {
  const required: string[] = schema.required;
  const rows = Object.entries(schema.properties as Record<string, Key>).flatMap(([name, key]) => {
    const inside = Object.entries(key.properties ?? {}).map(([inner, value]) => [`${name}.${inner}`, value] as const);
    return [[name, key] as const, ...inside].map(([title, value]) => [
      `\`${title}\``,
      required.includes(title) ? "must be set" : fallback(value.default),
      value.allowed ?? "",
      value.description ?? "",
    ]);
  });
  return { "service-keys": table(["key", "default", "allowed", "what it is"], rows) };
}

function fallback(value: unknown): string {
  if (value === undefined) return "none";
  return typeof value === "string" || typeof value === "number" ? `\`${value}\`` : `\`${JSON.stringify(value)}\``;
}
