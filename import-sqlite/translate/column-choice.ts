import type { NumberOfMoments } from "../encode/moments.ts";
import type { TypeName } from "../encode/types.ts";

export interface ColumnType {
  type: TypeName;
  /** How a number in a column of moments is read. */
  numbers?: NumberOfMoments;
  /** What of the column is not exactly as it was; each ends the sentence "Column …". */
  differences: string[];
}

/** What a mapping file says of a column. */
export interface ColumnChoice {
  type?: TypeName;
  numbers?: NumberOfMoments;
  replaceUnstorable?: boolean;
  /** A generated column becomes a plain one. */
  keepValues?: boolean;
}
