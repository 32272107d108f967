import type { ColumnType, Generated } from "kysely";

/** The newest migration that this release needs; the schema may be ahead of it. */
export const neededMigration = "0003_sessions_and_unused_objects";

/** The tables as the migrations leave them; a test checks that the two agree. */
export interface Database {
  accounts: AccountsTable;
  sessions: SessionsTable;
  refresh_tokens: RefreshTokensTable;
  posts: PostsTable;
  idempotency_keys: IdempotencyKeysTable;
  rate_limits: RateLimitsTable;
  unused_objects: UnusedObjectsTable;
}

/** A time to the millisecond, the precision of a Date: what is written comes back the same. */
type Moment = Date;

type StoredJson = ColumnType<Record<string, unknown>, object, object>;

export interface AccountsTable {
  id: string;
  /** Lower case: `Ada` and `ada` are one handle. */
  handle: string;
  email: string;
  /** In PHC form, `$argon2id$v=19$m=…`; after an import, as the imported file had it until the first log-in. */
  password_hash: string;
  display_name: Generated<string>;
  bio: Generated<string>;
  /** Written for the release before 0002; the next release drops it. */
  avatar_url: string | null;
  /** Key of the object in the bucket. */
  avatar_key: string | null;
  created_at: Generated<Moment>;
}

export interface SessionsTable {
  id: string;
  account_id: string;
  created_at: Generated<Moment>;
  expires_at: Moment;
  ended_at: Moment | null;
  /** To the minute or so; null before its first use, and where the release before 0003 began it. */
  last_used_at: Moment | null;
  /** What the client called itself when it logged in. */
  user_agent: string | null;
  /** Where it logged in from. */
  address: string | null;
}

export interface RefreshTokensTable {
  /** SHA-256 of the token; the token itself is not stored. */
  hash: Buffer;
  session_id: string;
  created_at: Generated<Moment>;
  /** When it was exchanged for its successor. */
  used_at: Moment | null;
  successor_hash: Buffer | null;
}

export interface PostsTable {
  id: string;
  account_id: string;
  body: string;
  created_at: Generated<Moment>;
}

export interface IdempotencyKeysTable {
  /** Whose key it is: the same key of another account is a different one. */
  scope: string;
  key: string;
  /** SHA-256 of the request, so that the same key with another request is refused. */
  fingerprint: Buffer;
  status: number;
  response: StoredJson;
  created_at: Generated<Moment>;
  /** When this answer was last given again. */
  replayed_at: Moment | null;
}

export interface RateLimitsTable {
  bucket: string;
  count: number;
  resets_at: Moment;
}

/** An object of the bucket that is shown no more, or not yet. */
export interface UnusedObjectsTable {
  key: string;
  account_id: string;
  delete_after: Moment;
}
