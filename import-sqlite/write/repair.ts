import type { Session } from "../postgres/session.ts";
import type { ImportTarget } from "../target/import-target.ts";
import { literal } from "../translate/names.ts";
import { queryPrimary } from "./attempts.ts";
import { accountsTable, imagesTable, inSchema } from "./own-tables.ts";

/** Objects that an import put into the bucket. */
export interface StoredImage {
  /** In the folder of uploads. */
  path: string;
  key: string;
  mediaType: string;
}

/** Puts back the images that a committed import names and the object store does not have. */
export async function repairImages(
  target: ImportTarget,
  schema: string,
  uploads: string,
  say: (line: string) => void,
): Promise<void> {
  const images = await queryPrimary(target.database, (session) => storedImages(session, schema));
  if (images.length === 0) return;
  const bucket = new (await import("../service/bucket.ts")).Bucket(target.objectStore);
  try {
    const repaired = await bucket.repair(images, uploads);
    if (repaired > 0)
      say(`${repaired} images of this import were missing in the object store, and were put back.`);
  } finally {
    bucket.close();
  }
}

/** The images of an import, and the avatars that its accounts still have. */
export async function storedImages(session: Session, schema: string): Promise<StoredImage[]> {
  if (!(await exists(session, schema, imagesTable))) return [];
  const rows = await session.query(
    `select path, object_key, media_type from ${inSchema(schema, imagesTable)} order by path`,
  );
  const images = rows.map(([path, key, mediaType]) => ({
    path: path ?? "",
    key: key ?? "",
    mediaType: mediaType ?? "",
  }));
  if (!(await exists(session, schema, accountsTable))) return images;
  const nameOf = (key: string) => key.slice(key.lastIndexOf("/") + 1);
  // An object is named after its content, so an avatar has the same name as the image it was made of.
  const byName = new Map(images.map((image) => [nameOf(image.key), image]));
  const avatars = await session.query(
    `select avatar_key from public.accounts where avatar_key is not null and id in (select account_id from ${inSchema(schema, accountsTable)})`,
  );
  return [
    ...images,
    ...avatars.flatMap(([key]) => {
      const image = byName.get(nameOf(key ?? ""));
      return image && key ? [{ ...image, key }] : [];
    }),
  ];
}

export async function exists(session: Session, schema: string, table: string): Promise<boolean> {
  const [row] = await session.query(`select to_regclass(${literal(inSchema(schema, table))}) is not null`);
  return row?.[0] === "t";
}
