/** Something that people should know before the import runs. */
export interface Remark {
  /** differs: carried over, but not exactly. left out: not carried over. note: nothing is lost. */
  kind: "differs" | "left out" | "note";
  /** A table, or a column as `table.column`, or an index, a view, a trigger by its name. */
  where: string;
  /** Ends the sentence that `where` begins. */
  sentence: string;
}

export type Say = (where: string, kind: Remark["kind"], sentence: string) => void;
