import { typeNames } from "../encode/types.ts";
import { noColumns } from "../mapping/mapping.ts";
import type { ImportPlan } from "./plan.ts";
import type { Remark } from "./remarks.ts";

const number = (value: number) => value.toLocaleString("en");

/** The plan as text: what goes where, and everything that is not carried over exactly. */
export function showPlan(plan: ImportPlan, file: string): string {
  const { schema, tables, accounts, posts, images, views, remarks } = plan;
  const lines = [`${file} goes to the schema ${schema}:`];
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
  const groups: [Remark["kind"], string][] = [
    ["differs", "Not exactly as it was:"],
    ["left out", "Left out:"],
    ["note", "To know:"],
  ];
  for (const [kind, title] of groups) {
    const those = remarks.filter((remark) => remark.kind === kind);
    if (those.length > 0) lines.push(title, ...those.map(({ where, sentence }) => `  ${where} ${sentence}.`));
  }
  if (!remarks.some(({ kind }) => kind !== "note")) lines.push("All of it is carried over exactly.");
  return lines.join("\n");
}

function roles(mapping: object): string {
  return Object.entries(mapping)
    .filter(([role]) => !noColumns.includes(role))
    .map(([role, column]) => (role === column ? role : `${role} ${column}`))
    .join(", ");
}
