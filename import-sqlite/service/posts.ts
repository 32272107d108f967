import type { PostsMapping } from "../mapping/mapping.ts";
import { Examples } from "../plan/examples.ts";
import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import type { SqlValue } from "../sqlite/values.ts";
import { rolesOf, textOf } from "./accounts.ts";
import { uuidOf } from "./identifiers.ts";
import { msOf } from "./moment.ts";
import type { Scratch } from "./scratch.ts";

/** How a row that is withheld is published after all. */
const otherwise = '"hidden" in a mapping file says otherwise';
const roles = ["key", "author", "title", "body", "createdAt"] as const;

export interface Post {
  /** The row's key in its own table. */
  source: SqlValue;
  id: string;
  accountId: string;
  body: string;
  createdMs: number;
}

/** Posts of the accounts in the scratch database, made while they are read, so none is kept. */
export class Posts {
  readonly mapping: PostsMapping;
  private readonly file: SqliteFile;
  private readonly scratch: Scratch;
  private readonly schema: string;
  private readonly publishesAll: boolean;
  /** For posts without a creation time; the same in each reading. */
  private readonly nowMs = Date.now();

  /** @param publishesAll A mapping file says that no row is to be withheld. */
  constructor(
    file: SqliteFile,
    scratch: Scratch,
    mapping: PostsMapping,
    schema: string,
    publishesAll: boolean,
  ) {
    this.publishesAll = publishesAll;
    this.file = file;
    this.scratch = scratch;
    this.mapping = mapping;
    this.schema = schema;
  }

  /** @returns How many there are. */
  plan(say: Say): number {
    const changed = new Examples();
    let posts = 0;
    for (const _post of this.read(changed)) posts++;
    changed.sayAll(this.mapping.table, say);
    return posts;
  }

  *read(changed = new Examples()): Generator<Post> {
    const { mapping } = this;
    let row = 0;
    for (const values of rolesOf(this.file, mapping, roles, mapping.hidden)) {
      const [key = null, author = null, title = null, body = null, createdAt = null, hidden] = values;
      row++;
      const source = key ?? row;
      if (hidden === 1) {
        changed.add(
          `are not public (${mapping.hidden}): they stay in the schema alone; ${otherwise}`,
          String(source),
        );
        continue;
      }
      const account = this.scratch.first<{ id: string; closed: number }>(
        "select id, closed from accounts where source = ?",
        author,
      );
      if (!account) {
        changed.add("have no author among the users: they stay in the schema alone", String(source));
        continue;
      }
      if (account.closed === 1 && !this.publishesAll) {
        changed.add(`are of closed accounts: they stay in the schema alone; ${otherwise}`, String(source));
        continue;
      }
      const ms = msOf(createdAt);
      if (ms !== undefined && ms > this.nowMs && !this.publishesAll) {
        changed.add(`are dated in the future: they stay in the schema alone; ${otherwise}`, String(source));
        continue;
      }
      if (ms === undefined && mapping.createdAt)
        changed.add("have no such moment in createdAt: they are dated now", String(source));
      const text = [textOf(title), textOf(body)].filter((part) => part !== "").join("\n\n");
      if (text.includes("\0"))
        changed.add("have a NUL in their text: U+FFFD takes its place", String(source));
      const createdMs = ms ?? this.nowMs;
      yield {
        source,
        id: uuidOf(["post", this.schema, mapping.table, String(source)], createdMs),
        accountId: account.id,
        body: text.replaceAll("\0", "\ufffd"),
        createdMs,
      };
    }
  }
}
