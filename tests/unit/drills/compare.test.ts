import { describe, expect, it } from "vitest";
import { compare } from "../../../drills/check/compare.ts";
import type { Contents } from "../../../drills/check/contents.ts";
import type { Effect } from "../../../drills/load/ledger.ts";
import { operation } from "./operations.ts";

const empty: Contents = { accounts: [], posts: [], sessions: [] };
const account = { id: "a1", handle: "ada", bio: "", avatarKey: null };
const post = (postId?: string): Effect => ({
  kind: "post",
  handle: "ada",
  body: "hello",
  ...(postId === undefined ? {} : { postId }),
});
const row = (id: string) => ({ id, handle: "ada", body: "hello" });

describe("the ledger held against a database", () => {
  it("agrees where everything acknowledged is there once", () => {
    const effects: Effect[] = [{ kind: "account", handle: "ada", accountId: "a1" }, post("p1")];
    const found = compare(
      effects.map((effect) => operation("post", "acknowledged", effect)),
      { ...empty, accounts: [account], posts: [row("p1")] },
    );
    expect(found).toEqual({ lost: [], twice: [], refusedButDone: [], unknown: { happened: 0, didNot: 0 } });
  });

  it("finds an acknowledged post that is not there, or is there under another id", () => {
    const acknowledged = [operation("post", "acknowledged", post("p1"))];
    expect(compare(acknowledged, empty).lost).toEqual(['post "hello"']);
    expect(compare(acknowledged, { ...empty, posts: [row("p2")] }).lost).toEqual(['post "hello"']);
  });

  it("finds a post that is there twice", () => {
    const found = compare([operation("post", "acknowledged", post("p1"))], {
      ...empty,
      posts: [row("p1"), row("p2")],
    });
    expect(found.twice).toEqual(['post "hello", 2 times']);
  });

  it("finds a refused post that was made all the same", () => {
    const found = compare([operation("post", "refused", post())], { ...empty, posts: [row("p1")] });
    expect(found.refusedButDone).toEqual(['post "hello"']);
  });

  it("takes a post without an answer either way, and counts what became of it", () => {
    const unknown = [operation("post", "unknown", post())];
    expect(compare(unknown, empty)).toMatchObject({ lost: [], unknown: { happened: 0, didNot: 1 } });
    expect(compare(unknown, { ...empty, posts: [row("p1")] })).toMatchObject({
      lost: [],
      unknown: { happened: 1, didNot: 0 },
    });
  });

  it("counts a post that was sent again after its answer as one", () => {
    const effect = post("p1");
    const sent = [operation("post", "acknowledged", effect), operation("post again", "unknown", effect)];
    expect(compare(sent, { ...empty, posts: [row("p1")] })).toMatchObject({
      unknown: { happened: 0, didNot: 0 },
    });
    expect(compare(sent, empty).lost).toHaveLength(1);
  });

  it("finds a session that is gone, and one whose end is gone", () => {
    const started = { kind: "session", handle: "ada", sessionId: "s1" } as const;
    const ended = { ...started, ended: true };
    const operations = [
      operation("log-in", "acknowledged", started),
      operation("log-out", "acknowledged", ended),
    ];
    expect(compare(operations, empty).lost).toHaveLength(2);
    const alive = { ...empty, sessions: [{ id: "s1", handle: "ada", ended: false }] };
    expect(compare(operations, alive).lost).toEqual(["end of session s1 of ada"]);
  });

  it("takes the last acknowledged profile, or one after it without an answer, and nothing older", () => {
    const change = (bio: string): Effect => ({ kind: "profile", handle: "ada", bio });
    const operations = [
      operation("profile", "acknowledged", change("one")),
      operation("profile", "acknowledged", change("two")),
      operation("profile", "unknown", change("three")),
    ];
    const showing = (bio: string) =>
      compare(operations, { ...empty, accounts: [{ ...account, bio }] }).lost.length;
    expect([showing("one"), showing("two"), showing("three")]).toEqual([1, 0, 0]);
  });

  it("finds an avatar that is not the one that was put last", () => {
    const put = { kind: "avatar", handle: "ada", url: "http://h/assets/avatars/2.png" } as const;
    const with_ = (avatarKey: string | null) =>
      compare([operation("avatar", "acknowledged", put)], {
        ...empty,
        accounts: [{ ...account, avatarKey }],
      });
    expect(with_("avatars/2.png").lost).toEqual([]);
    expect(with_("avatars/1.png").lost).toHaveLength(1);
    expect(with_(null).lost).toHaveLength(1);
  });
});
