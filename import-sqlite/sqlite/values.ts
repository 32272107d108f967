/** What a cell of SQLite is read as. A whole number beyond 2^53 is asked for as text. */
export type SqlValue = null | number | string | Uint8Array;
