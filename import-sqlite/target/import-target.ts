import type { SessionOptions } from "../postgres/session.ts";
import type { BucketSettings } from "../service/bucket.ts";

/** The target of an import: a stack's database and bucket. */
export interface ImportTarget {
  database: SessionOptions;
  objectStore: BucketSettings;
  /** Public address of the bucket's objects, without a trailing slash. */
  assetsUrl: string;
}
