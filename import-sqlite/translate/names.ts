import { createHash } from "node:crypto";
import path from "node:path";

/** Postgres truncates longer names. */
const longestBytes = 63;
/** Every table in Postgres has these columns already. */
const systemColumns = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/** The schema for a file's tables: the file's name in characters that need no quotes. */
export function schemaName(file: string): string {
  const base = path.basename(file).replace(/\.[^.]*$/, "");
  const plain = base
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const name = /^(pg_|\d|$)|^(public|information_schema)$/.test(plain) ? `import_${plain}` : plain;
  return fitted(name.replace(/_+$/, ""));
}

/** The name, or a short form that Postgres does not truncate, so that two long names stay different. */
export function fitted(name: string): string {
  if (name === "") return "_";
  if (Buffer.byteLength(name) <= longestBytes) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  let short = name;
  while (Buffer.byteLength(short) > longestBytes - 9) short = [...short].slice(0, -1).join("");
  return `${short}_${digest}`;
}

export function columnName(name: string): string {
  return systemColumns.includes(name) ? `${name}_` : fitted(name);
}

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
