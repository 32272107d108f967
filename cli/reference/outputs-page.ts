import { readFileSync } from "node:fs";
import path from "node:path";
import { table } from "../../drills/report/table.ts";
import { projectRoot } from "../../infra/project.ts";

interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  pattern?: string;
  anyOf?: Schema[];
  items?: Schema;
  description?: string;
  properties?: Record<string, Schema>;
}

/** The table of docs/outputs.md, by its marker: from the JSON Schema that a test holds every stack's outputs against. */
export function outputSections(): Record<string, string> {
  const file = path.join(projectRoot, "infra", "outputs.schema.json");
  const schema = JSON.parse(readFileSync(file, "utf8")) as Schema & { $defs: Record<string, Schema> };
  const resolve = ({ $ref, ...own }: Schema): Schema =>
    $ref ? { ...schema.$defs[$ref.replace("#/$defs/", "")], ...own } : own;
  const rows = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const output = resolve(property);
    const inside = Object.entries(output.properties ?? {}).map(
      ([inner, value]) => [`${name}.${inner}`, resolve(value)] as const,
    );
    return [[name, output] as const, ...inside];
  });
  return {
    outputs: table(
      ["output", "type", "secret", "what it is"],
      rows.map(([name, output]) => [
        `\`${name}\``,
        typeOf(output, resolve),
        // The schema holds for masked outputs too.
        output.pattern?.includes("\\[secret\\]") ? "yes" : "",
        output.description ?? "",
      ]),
    ),
  };
}

function typeOf(schema: Schema, resolve: (schema: Schema) => Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(" or ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(resolve(one), resolve)).join(" or ");
  if (schema.items) return `list of ${typeOf(resolve(schema.items), resolve)}s`;
  if (schema.pattern?.startsWith("^https?://") || schema.pattern?.startsWith("^(https?://")) return "URL";
  if (schema.pattern?.startsWith("^(postgresql://")) return "`postgresql://` URL";
  return schema.type ?? "";
}
