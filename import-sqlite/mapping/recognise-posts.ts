import type { Say } from "../plan/remarks.ts";
import type { SqliteTable } from "../sqlite/schema.ts";
import { columnsOf, folded } from "./column-roles.ts";
import type { PostsMapping, UsersMapping } from "./mapping.ts";

/** Tables that are posts by their name. Messages, notes and entries may be private, so they are not. */
const posts =
  /^((app|blog|main|core|web|site|posts|forum|microblog)_)?(blog_?)?(post|micropost|tweet|article)s?$/i;
/** Tables about which people will ask. */
const likePosts = /(post|entry|entries|message|tweet|article|status|note|comment)(e?s)?$/i;
const roles = {
  author: ["author_id", "user_id", "account_id", "owner_id", "author", "user", "member_id", "created_by"],
  title: ["title", "subject", "headline"],
  body: ["body", "content", "text", "body_text", "post_content"],
  createdAt: [
    ...["published_at", "pub_date", "date_published", "created_at", "created", "timestamp", "date_posted"],
    ...["posted_at", "createdat", "created_on", "date"],
  ],
};
/** Who else a row is for. */
const recipients =
  /^(recipient|receiver|addressee|sender|to|from|target|conversation|chat|channel|room|group|circle|friend|peer|wall|inbox|mailbox)(s|_?(id|user|username|account|name|profile))*$/;
const people = /(^|_)(user|author|owner|account|member|person|profile|editor|sender|recipient)(_?id)?$/;

/** The one table that is plainly posts by these users, by its name and its columns; of others it is said why not. */
export function findPosts(tables: SqliteTable[], users: UsersMapping, say: Say): PostsMapping | null {
  const plain: PostsMapping[] = [];
  const seen: [PostsMapping, string][] = [];
  for (const table of tables.filter(({ name }) => name !== users.table && likePosts.test(name))) {
    const found = shapeOf(table, users);
    if (!found) continue;
    const doubt = doubtAbout(table, users, found.author);
    if (doubt === undefined) plain.push(found);
    else seen.push([found, doubt]);
  }
  if (plain.length > 1) {
    for (const one of plain) {
      const others = plain.filter((other) => other !== one).map(({ table }) => table);
      seen.push([one, `${others.join(", ")} might be the posts as well`]);
    }
  }
  for (const [{ table, author, body }, doubt] of seen) {
    const how = `"posts": ${JSON.stringify({ table, author, body })} in a mapping file`;
    say(table, "note", `is not published, since ${doubt}: ${how} publishes it`);
  }
  return plain.length === 1 ? (plain[0] ?? null) : null;
}

function shapeOf(table: SqliteTable, users: UsersMapping): PostsMapping | undefined {
  const found = columnsOf(table, roles);
  const [toUsers] = keysTo(table, users);
  const author = found.author ?? toUsers;
  return author && found.body
    ? { table: table.name, ...found, author: authorOf(table, users, author), body: found.body }
    : undefined;
}

/** Of a table that refers to the users once, that column; else the one with the likeliest name. */
function authorOf(table: SqliteTable, users: UsersMapping, likeliest: string): string {
  const keys = keysTo(table, users);
  return keys.length === 1 && keys[0] !== undefined ? keys[0] : likeliest;
}

/** @returns Why it may be no posts for everyone; undefined where it plainly is. */
function doubtAbout(table: SqliteTable, users: UsersMapping, author: string): string | undefined {
  const withRecipient = table.columns.filter(({ name }) => recipients.test(folded(name)));
  if (withRecipient.length > 0)
    return `it may be for some people only (${withRecipient.map(({ name }) => name).join(", ")})`;
  const keys = keysTo(table, users);
  const persons = new Set([
    ...keys,
    ...table.columns.flatMap(({ name }) => (people.test(folded(name)) ? [name] : [])),
  ]);
  if (persons.size > 1) return `it names several people (${[...persons].join(", ")})`;
  const elsewhere = table.foreignKeys.find((key) => key.from.includes(author) && !isTo(key.table, users));
  if (elsewhere) return `its ${author} refers to ${elsewhere.table}, not to ${users.table}`;
  return posts.test(table.name) ? undefined : "its name does not say that it is for everyone";
}

const isTo = (table: string, users: UsersMapping) => table.toLowerCase() === users.table.toLowerCase();

function keysTo(table: SqliteTable, users: UsersMapping): string[] {
  return table.foreignKeys
    .filter((key) => isTo(key.table, users) && key.from.length === 1)
    .flatMap(({ from }) => from);
}
