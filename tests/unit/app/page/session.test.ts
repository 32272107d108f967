import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, keptInBrowser, pageModule } from "./page-module.ts";

vi.mock("../../../../app/page/notices.ts", () => ({ nobodyAnswers: () => {} }));

interface Session {
  accessToken(refused?: string): Promise<string>;
  forgetSession(): void;
  whenSessionEnds(listener: () => void): void;
}

const name = "capstone.session";
let kept: Map<string, string>;
const reload = vi.fn();
const ended = vi.fn();
/** The refresh tokens that were sent, and what the service says to the next one. */
let sent: string[];
let exchange: (refreshToken: string) => Response;

const keepSession = (handle: string, refreshToken: string) =>
  kept.set(name, JSON.stringify({ handle, refreshToken }));
const keptSession = () => JSON.parse(kept.get(name) ?? "null");
const tokens = (of: string) =>
  answer(200, { accessToken: `access-${of}`, refreshToken: `refresh-${of}`, expiresIn: 900 });

beforeEach(() => {
  kept = keptInBrowser();
  sent = [];
  vi.stubGlobal("location", { reload });
  // A lock would be kept by the tab of the test before, which stays open.
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("fetch", async (_path: string, { body }: { body: string }) => {
    const { refreshToken } = JSON.parse(body);
    sent.push(refreshToken);
    return exchange(refreshToken);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function pageOfAda(): Promise<Session> {
  keepSession("ada", "ada-1");
  const session = await pageModule<Session>("session.ts");
  session.whenSessionEnds(ended);
  return session;
}

/** Begins what nothing may come of. */
async function nothingComesOf(work: Promise<unknown>): Promise<void> {
  const outcome = vi.fn();
  work.then(outcome, outcome);
  await vi.waitFor(() => expect(reload).toHaveBeenCalled());
  expect(outcome).not.toHaveBeenCalled();
}

describe("the page's session", () => {
  it("exchanges its refresh token, and keeps the next one", async () => {
    const { accessToken } = await pageOfAda();
    exchange = () => tokens("ada-2");
    expect(await accessToken()).toBe("access-ada-2");
    expect(keptSession()).toEqual({ handle: "ada", refreshToken: "refresh-ada-2" });
    expect(reload).not.toHaveBeenCalled();
  });

  it("has ended when its token is refused", async () => {
    const { accessToken } = await pageOfAda();
    exchange = () => answer(401, {});
    await expect(accessToken()).rejects.toThrow("Your session has ended.");
    expect(ended).toHaveBeenCalledOnce();
    expect(keptSession()).toBeNull();
  });

  it("is never somebody else's who logged in meanwhile: the page begins anew", async () => {
    const { accessToken, forgetSession } = await pageOfAda();
    keepSession("bob", "bob-1");
    await nothingComesOf(accessToken());
    expect(sent).toEqual([]);
    forgetSession();
    expect(keptSession()).toEqual({ handle: "bob", refreshToken: "bob-1" });
    expect(ended).not.toHaveBeenCalled();
  });

  it.each([
    ["succeeds", () => tokens("ada-2")],
    ["is refused", () => answer(401, {})],
  ])("is not written over the one of somebody who logged in during an exchange that %s", async (_, reply) => {
    const { accessToken } = await pageOfAda();
    exchange = () => {
      keepSession("bob", "bob-1");
      return reply();
    };
    await nothingComesOf(accessToken());
    expect(keptSession()).toEqual({ handle: "bob", refreshToken: "bob-1" });
    expect(ended).not.toHaveBeenCalled();
  });

  it("is not kept any more once another tab logged out during an exchange", async () => {
    const { accessToken } = await pageOfAda();
    exchange = () => {
      kept.delete(name);
      return tokens("ada-2");
    };
    await nothingComesOf(accessToken());
    expect(kept.has(name)).toBe(false);
  });

  it("is the newer one of the same person, where there is one after an exchange", async () => {
    const { accessToken } = await pageOfAda();
    exchange = (refreshToken) => {
      if (refreshToken !== "ada-1") return tokens("new");
      keepSession("ada", "new-1");
      return answer(401, {});
    };
    expect(await accessToken()).toBe("access-new");
    expect(sent).toEqual(["ada-1", "new-1"]);
    expect(keptSession()).toEqual({ handle: "ada", refreshToken: "refresh-new" });
    expect(ended).not.toHaveBeenCalled();
  });
});
