import type { Effect, Operation, Outcome } from "../load/ledger.ts";
import type { Contents } from "./contents.ts";

/** Where the database and the ledger differ, each in words. */
export interface Differences {
  /** Acknowledged, but missing. */
  lost: string[];
  /** There more than once. */
  twice: string[];
  /** Refused, but there anyway. */
  refusedButDone: string[];
  /** Of the writes without an answer, how many happened. */
  unknown: { happened: number; didNot: number };
}

type Write = Effect & { outcome: Outcome };

/** Compares the ledger with what a database node has. */
export function compare(operations: Operation[], contents: Contents): Differences {
  const writes = operations.flatMap(({ effect, outcome }) => (effect ? [{ ...effect, outcome }] : []));
  const differences: Differences = {
    lost: [],
    twice: [],
    refusedButDone: [],
    unknown: { happened: 0, didNot: 0 },
  };
  compareAccounts(writes, contents, differences);
  comparePosts(writes, contents, differences);
  compareSessions(writes, contents, differences);
  compareProfiles(writes, contents, differences);
  compareAvatars(writes, contents, differences);
  return differences;
}

function ofKind<K extends Effect["kind"]>(writes: Write[], kind: K) {
  return writes.filter((write): write is Write & Extract<Effect, { kind: K }> => write.kind === kind);
}

function classify(differences: Differences, outcome: Outcome, there: boolean, what: string): void {
  if (outcome === "unknown") differences.unknown[there ? "happened" : "didNot"]++;
  else if (outcome === "acknowledged" && !there) differences.lost.push(what);
  else if (outcome === "refused" && there) differences.refusedButDone.push(what);
}

function compareAccounts(writes: Write[], { accounts }: Contents, differences: Differences): void {
  const there = new Map(accounts.map(({ handle, id }) => [handle, id]));
  for (const { handle, accountId, outcome } of ofKind(writes, "account")) {
    const found = there.get(handle);
    const same = found !== undefined && (accountId === undefined || found === accountId);
    classify(differences, outcome, same, `account ${handle}`);
  }
}

function comparePosts(writes: Write[], { posts }: Contents, differences: Differences): void {
  const there = new Map<string, string[]>();
  for (const { body, id } of posts) there.set(body, [...(there.get(body) ?? []), id]);
  for (const [body, ids] of there) {
    if (ids.length > 1) differences.twice.push(`post "${body}", ${ids.length} times`);
  }
  // A post that was sent again after its answer is one write: its first outcome counts.
  const classified = new Set<string>();
  for (const { body, postId, outcome } of ofKind(writes, "post")) {
    if (classified.has(body)) continue;
    classified.add(body);
    const ids = there.get(body) ?? [];
    const found = postId === undefined ? ids.length > 0 : ids.includes(postId);
    classify(differences, outcome, found, `post "${body}"`);
  }
}

function compareSessions(writes: Write[], { sessions }: Contents, differences: Differences): void {
  const there = new Map(sessions.map(({ id, ended }) => [id, ended]));
  for (const { handle, sessionId, ended, outcome } of ofKind(writes, "session")) {
    if (sessionId === undefined) continue;
    const isThere = ended ? there.get(sessionId) === true : there.has(sessionId);
    classify(
      differences,
      outcome,
      isThere,
      `${ended ? "end of session" : "session"} ${sessionId} of ${handle}`,
    );
  }
}

/** A user's profile changes are sequential, so it shows the last acknowledged one or a later one with an unknown outcome. */
function compareProfiles(writes: Write[], { accounts }: Contents, differences: Differences): void {
  const shown = new Map(accounts.map(({ handle, bio }) => [handle, bio]));
  for (const [handle, changes] of byHandle(ofKind(writes, "profile"))) {
    const { last, open } = lastAndOpen(changes);
    const bio = shown.get(handle);
    if (open.some((change) => change.bio === bio)) differences.unknown.happened++;
    else if (last && last.bio !== bio) differences.lost.push(`"${last.bio}", which shows "${bio}"`);
  }
}

function compareAvatars(writes: Write[], { accounts }: Contents, differences: Differences): void {
  const shown = new Map(accounts.map(({ handle, avatarKey }) => [handle, avatarKey]));
  for (const [handle, changes] of byHandle(ofKind(writes, "avatar"))) {
    const { last, open } = lastAndOpen(changes);
    const key = shown.get(handle);
    // Without an answer the address of an upload is unknown.
    if (!last || open.length > 0) continue;
    if (!key || !last.url?.endsWith(`/${key}`)) differences.lost.push(`avatar ${last.url} of ${handle}`);
  }
}

function byHandle<T extends { handle: string }>(writes: T[]): Map<string, T[]> {
  return Map.groupBy(writes, ({ handle }) => handle);
}

/** The last acknowledged change, and those after it with an unknown outcome. */
export function lastAndOpen<T extends { outcome: Outcome }>(
  changes: T[],
): { last: T | undefined; open: T[] } {
  const at = changes.findLastIndex(({ outcome }) => outcome === "acknowledged");
  return { last: changes[at], open: changes.slice(at + 1).filter(({ outcome }) => outcome === "unknown") };
}
