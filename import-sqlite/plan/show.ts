import { typeNames } from "../encode/types.ts";
import { noColumns } from "../mapping/mapping.ts";
import type { ImportPlan } from "./plan.ts";
import type { Remark } from "./remarks.ts";

const number = (value: number) => value.toLocaleString("en");

/** The plan as text: what goes where, and everything that is not carried over exactly. */
export function showPlan(plan: ImportPlan, file: string): string {
  const { schema, tables, accounts, posts, images, views, remarks } = plan;
  const lines = [
    ...listed(remarks, "left out", "Lost"),
    ...listed(remarks, "differs", "Not exactly as it was"),
    `${file} goes to the schema ${schema}:`,
  ];
  for (const table of tables) {
    const types = typeNames.flatMap((type) => {
      const count = table.columns.filter((column) => column.type === type).length;
      return count === 0 ? [] : [`${count} ${type}`];
    });
    lines.push(`  ${table.name}: ${number(table.profile.rows)} rows, ${types.join(", ") || "no columns"}`);
  }
  if (tables.length === 0) lines.push("  no tables");
  if (views.length > 0) lines.push(`  views: ${views.map(({ name }) => name).join(", ")}`);
  if (accounts)
    lines.push(
      `Accounts of the service: ${number(accounts.accounts)} from ${accounts.mapping.table} (${roles(accounts.mapping)})`,
    );
  if (posts)
    lines.push(
      `Posts of the service: ${number(posts.posts)} from ${posts.source.mapping.table} (${roles(posts.source.mapping)})`,
    );
  if (images > 0)
    lines.push(
      `Images for the object store, which anyone may fetch who knows their address: ${number(images)}`,
    );
  lines.push(...listed(remarks, "note", "To know"), ...proposed(tables));
  if (!remarks.some(isLoss))
    lines.push("Nothing is known that would not be carried over exactly; the import compares it.");
  return lines.join("\n");
}

/** Whether something is not carried over, or not exactly. */
export const isLoss = ({ kind }: Remark): boolean => kind !== "note";

function listed(remarks: Remark[], kind: Remark["kind"], title: string): string[] {
  const those = remarks.filter((remark) => remark.kind === kind);
  if (those.length === 0) return [];
  return [
    `${title} (${number(those.length)}):`,
    ...those.map(({ where, sentence }) => `  ${where} ${sentence}.`),
  ];
}

/** A mapping file for the columns whose texts could be more than texts. */
function proposed(tables: ImportPlan["tables"]): string[] {
  const choices = tables.flatMap(({ source, columns }) => {
    const those = columns.flatMap((column) =>
      column.proposal ? [[column.source.name, column.proposal] as const] : [],
    );
    return those.length === 0 ? [] : [[source.name, { columns: Object.fromEntries(those) }] as const];
  });
  if (choices.length === 0) return [];
  return [
    "Some texts could be more than texts; this mapping file does it:",
    `  ${JSON.stringify({ tables: Object.fromEntries(choices) })}`,
  ];
}

function roles(mapping: object): string {
  return Object.entries(mapping)
    .filter(([role]) => !noColumns.includes(role))
    .map(([role, column]) => (role === column ? role : `${role} ${column}`))
    .join(", ");
}
