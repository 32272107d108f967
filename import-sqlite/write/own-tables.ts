import { identifier } from "../translate/names.ts";

/** Tables that the import makes beside those of the file. */
export const recordTable = "capstone_import";
export const accountsTable = "capstone_accounts";
export const postsTable = "capstone_posts";
export const imagesTable = "capstone_images";
export const ownTables = [recordTable, accountsTable, postsTable, imagesTable];

export const inSchema = (schema: string, table: string): string =>
  `${identifier(schema)}.${identifier(table)}`;
