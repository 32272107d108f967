import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, keptInBrowser, pageModule } from "./page-module.ts";

vi.mock("../../../../app/page/notices.ts", () => ({ nobodyAnswers: () => {} }));
vi.mock("../../../../app/page/session.ts", () => ({ accessToken: async () => "token" }));

interface Pending {
  key: string;
  body: string;
  sinceMs: number;
}
interface Outbox {
  takeUp(): { pending: Pending[]; tooOld: string[] };
  add(body: string): Pending;
  send(): Promise<void>;
}
type OutboxModule = { Outbox: new (handle: string, listener: object) => Outbox };

const name = "capstone.outbox.ada";
const hourMs = 60 * 60 * 1_000;
const listener = { onSaved: vi.fn(), onRefused: vi.fn(), onAnsweredElsewhere: vi.fn() };
let kept: Map<string, string>;
let onStorage: (event: { key: string }) => void;
let keys: string[];
let respond: () => Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers();
  kept = keptInBrowser();
  keys = [];
  vi.stubGlobal("addEventListener", (_: string, heard: typeof onStorage) => {
    onStorage = heard;
  });
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", (_: string, { headers }: { headers: Record<string, string> }) => {
    keys.push(headers["idempotency-key"] ?? "");
    return respond();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const outboxOfAda = async () => new (await pageModule<OutboxModule>("outbox.ts")).Outbox("ada", listener);

describe("posts on their way", () => {
  it("are sent with the same key until the service answers, and then forgotten", async () => {
    const outbox = await outboxOfAda();
    respond = async () => (keys.length < 3 ? answer(503, {}) : answer(201, { id: "1" }));
    const pending = outbox.add("Hello");
    const sent = outbox.send();
    await vi.runAllTimersAsync();
    await sent;
    expect(keys).toEqual([pending.key, pending.key, pending.key]);
    expect(listener.onSaved).toHaveBeenCalledExactlyOnceWith(pending, { id: "1" });
    expect(kept.has(name)).toBe(false);
  });

  it("are not sent again once the service may have forgotten their key, also in a tab that stays open", async () => {
    const outbox = await outboxOfAda();
    respond = async () => answer(503, {}, { "retry-after": "3600" });
    const pending = outbox.add("Hello");
    const sent = outbox.send();
    await vi.advanceTimersByTimeAsync(30 * hourMs);
    await sent;
    expect(keys.length).toBeLessThanOrEqual(23);
    expect(listener.onRefused).toHaveBeenCalledExactlyOnceWith(
      pending,
      expect.objectContaining({ message: expect.stringContaining("did not answer for 23 hours") }),
    );
    expect(kept.has(name)).toBe(false);
  });

  it("leave nothing behind when all are too old", async () => {
    const outbox = await outboxOfAda();
    outbox.add("Hello");
    vi.setSystemTime(Date.now() + 24 * hourMs);
    expect(outbox.takeUp()).toEqual({ pending: [], tooOld: ["Hello"] });
    expect(kept.has(name)).toBe(false);
  });

  it("are sent by one tab at a time", async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const request = (_: string, work: () => Promise<void>) => {
      turn = turn.then(work);
      return turn;
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const [first, second] = [await outboxOfAda(), await outboxOfAda()];
    respond = async () => answer(201, { id: "1" });
    const { key } = first.add("Hello");
    await Promise.all([first.send(), second.send()]);
    expect(keys).toEqual([key]);
    // What is added later is sent too.
    const later = first.add("Again");
    await first.send();
    expect(keys).toEqual([key, later.key]);
  });

  it("that another tab was answered about are told", async () => {
    const outbox = await outboxOfAda();
    outbox.add("Hello");
    const rest = outbox.add("Again");
    kept.set(name, JSON.stringify([rest]));
    onStorage({ key: "capstone.draft.ada" });
    expect(listener.onAnsweredElsewhere).not.toHaveBeenCalled();
    onStorage({ key: name });
    expect(listener.onAnsweredElsewhere).toHaveBeenCalledExactlyOnceWith([rest]);
  });
});
