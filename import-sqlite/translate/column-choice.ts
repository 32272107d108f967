import type { NumberOfMoments } from "../encode/moments.ts";
import type { TypeName } from "../encode/types.ts";

/** The type that a column gets. */
export interface ColumnType {
  type: TypeName;
  /** What the numbers in a column of dates or times count. */
  numbers?: NumberOfMoments;
  /** What changes in the column; each completes the sentence "Column …". */
  differences: string[];
  /** What in a mapping file gives the column a better type than text. */
  proposal?: ColumnChoice;
}

/** What a mapping file chooses for a column. */
export interface ColumnChoice {
  type?: TypeName;
  numbers?: NumberOfMoments;
  replaceUnstorable?: boolean;
  /** An empty text becomes NULL. */
  emptyIsNull?: boolean;
  /** A generated column becomes a plain one. */
  keepValues?: boolean;
}
