import type { SqliteFile } from "./database.ts";

/** The columns of the tables in which full-text search (versions 3 to 5) and R-trees keep their data, by their ending. */
const layouts: Record<string, RegExp> = {
  config: /^k,v$/,
  content: /^(id|docid)(,[cl]\d[^,]*)*(,langid)?$/,
  data: /^id,block$/,
  docsize: /^(id,sz(,origin)?|docid,size)$/,
  idx: /^segid,term,pgno$/,
  node: /^nodeno,data$/,
  parent: /^nodeno,parentnode$/,
  rowid: /^rowid,nodeno(,a\d+)*$/,
  segdir: /^level,idx,start_block,leaves_end_block,end_block,root$/,
  segments: /^blockid,block$/,
  stat: /^id,value$/,
};

/**
 * Whether an extension keeps its data in this table. SQLite goes by the name alone: beside `search` it also takes for one
 * what a person has called `search_content`.
 */
export function isOfExtension(file: SqliteFile, name: string): boolean {
  const columns = file.describe<{ name: string }>("select name from pragma_table_xinfo(?)", name);
  const ending = name.slice(name.lastIndexOf("_") + 1).toLowerCase();
  return layouts[ending]?.test(columns.map((column) => column.name).join(",")) ?? true;
}
