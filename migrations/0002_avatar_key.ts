import { type Kysely, sql } from "kysely";

/**
 * Expand: an account remembers its avatar by the object's key and no longer by an address, so that the public
 * address of the bucket may change without touching a row.
 *
 * Nodes of the release before know only `avatar_url` and go on reading and writing it: this release writes both, and
 * the trigger derives the key from what they write.
 *
 * Contract: the release after this one no longer writes `avatar_url`; the one after that drops, as 0003 or later,
 * the trigger, its function and the column.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable("accounts").addColumn("avatar_key", "text").execute();
  await sql`
    create function accounts_derive_avatar_key() returns trigger language plpgsql as $$
    begin
      new.avatar_key := substring(new.avatar_url from 'avatars/[^?#]+');
      return new;
    end $$`.execute(database);
  await sql`
    create trigger accounts_derive_avatar_key before update of avatar_url on accounts
    for each row when (
      new.avatar_url is distinct from old.avatar_url and new.avatar_key is not distinct from old.avatar_key
    ) execute function accounts_derive_avatar_key()`.execute(database);
  await sql`
    update accounts set avatar_key = substring(avatar_url from 'avatars/[^?#]+')
    where avatar_url is not null`.execute(database);
}
