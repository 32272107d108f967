import { quoted, type SqliteTable } from "../sqlite/schema.ts";
import { literal } from "../translate/names.ts";
import { folded } from "./column-roles.ts";

/** What columns say that a row is not meant for everyone. Their names are without `is_`, `user_` and the like. */
interface Signs {
  /** Withheld unless it is true, or has a moment. */
  unless: readonly string[];
  /** Withheld if it is true, or has a moment. */
  when: readonly string[];
  /** Columns that hold a word. */
  states: readonly string[];
  /** Whether a row in this state is withheld, as SQL on the word in lower case. */
  stateIsWithheld: (word: string) => string;
}

const gone = ["deleted", "removed", "archived", "discarded", "trashed", "hidden"];
const withMoments = (names: readonly string[]) => names.flatMap((name) => [name, `${name}_at`, `${name}_on`]);
const words = (list: string) => list.split(" ").map(literal).join(", ");

const ofUsers: Signs = {
  unless: [
    ...["active", "enabled", "approved", "activated", "verified"],
    ...["confirmed", "confirmed_at", "activated_at", "approved_at"],
  ],
  when: [
    ...withMoments([
      ...gone,
      "disabled",
      "banned",
      "blocked",
      "suspended",
      "locked",
      "deactivated",
      "closed",
    ]),
    ...["inactive", "banned_until", "suspended_until", "ban", "suspension"],
  ],
  states: ["status", "state", "role"],
  stateIsWithheld: (word) =>
    `${word} in (${words("disabled inactive banned blocked suspended deleted removed locked deactivated archived closed pending unconfirmed unverified rejected")})`,
};

const ofPosts: Signs = {
  unless: [
    ...["published", "public", "visible", "active", "approved", "live", "posted", "enabled"],
    ...["published_at", "published_on", "pub_date", "date_published", "publish_date", "approved_at"],
  ],
  when: [
    ...withMoments([
      ...gone,
      "draft",
      "private",
      "spam",
      "secret",
      "unlisted",
      "blocked",
      "banned",
      "disabled",
    ]),
    ...[
      "unpublished",
      "inactive",
      "internal",
      "personal",
      "confidential",
      "password",
      "members_only",
      "friends_only",
    ],
  ],
  states: ["status", "state", "visibility", "privacy", "access", "publication_status", "audience", "scope"],
  // A word that is not known may mean anything.
  stateIsWithheld: (word) =>
    `${word} not in (${words("published publish public live visible approved everyone posted")})`,
};

/** Values that mean no: NULL comes as the empty text. */
const no = "'', '0', '0.0', 'f', 'false', 'n', 'no', 'off', 'null', '0000-00-00', '0000-00-00 00:00:00'";

/** @returns Which rows are accounts that were closed, as an SQL condition; undefined where no column says so. */
export const closedUsers = (table: SqliteTable): string | undefined => conditionOf(table, ofUsers);

/** @returns Which rows are drafts, private or deleted, as an SQL condition; undefined where no column says so. */
export const hiddenPosts = (table: SqliteTable): string | undefined => conditionOf(table, ofPosts);

function conditionOf(table: SqliteTable, signs: Signs): string | undefined {
  const conditions = table.columns.flatMap(({ name }) => {
    const meaning = folded(name).replace(/^((is|has|was|user|account|post|article|email)_)+/, "");
    const word = `lower(trim(coalesce(${quoted(name)}, '')))`;
    if (signs.unless.includes(meaning)) return [`${word} in (${no})`];
    if (signs.when.includes(meaning)) return [`${word} not in (${no})`];
    return signs.states.includes(meaning) ? [signs.stateIsWithheld(word)] : [];
  });
  return conditions.length === 0 ? undefined : conditions.join(" or ");
}

/** The columns that such a condition of ours reads, for people. */
export const columnsIn = (table: SqliteTable, condition: string): string =>
  table.columns.flatMap(({ name }) => (condition.includes(quoted(name)) ? [name] : [])).join(", ") ||
  condition;
