import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, pageModule } from "./page-module.ts";

const page = vi.hoisted(() => ({
  accessToken: vi.fn(async () => "token"),
  forgetSession: vi.fn(),
  forgetUnsaved: vi.fn(),
  leaveFor: vi.fn(),
}));
vi.mock("../../../../app/page/confirm.ts", () => ({ confirmed: async () => true }));
vi.mock("../../../../app/page/notices.ts", () => ({ during: (_: string, work: unknown) => work }));
vi.mock("../../../../app/page/posts.ts", () => ({ ...page, hasUnsaved: () => false }));
vi.mock("../../../../app/page/session.ts", () => page);
vi.mock("../../../../app/page/views.ts", () => page);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function logOutWith(response: Response | Error): Promise<string> {
  vi.stubGlobal("fetch", async () => {
    if (response instanceof Error) throw response;
    return response;
  });
  const { logOut } = await pageModule<{ logOut(handle: string): Promise<void> }>("log-out.ts");
  void logOut("ada");
  await vi.advanceTimersByTimeAsync(15_000);
  expect(page.forgetUnsaved).toHaveBeenCalledExactlyOnceWith("ada");
  expect(page.forgetSession).toHaveBeenCalledOnce();
  return page.leaveFor.mock.calls[0]?.[1];
}

describe("log-out", () => {
  it.each([200, 401])("is done when the service answers %i", async (status) => {
    expect(await logOutWith(answer(status, {}))).toBe("You are logged out.");
  });

  it("forgets everything here too while nobody answers, and says what lives on", async () => {
    expect(await logOutWith(new TypeError("no network"))).toMatch(
      /logged out here, but the service could not/,
    );
  });

  it("does not wait for an exchange of tokens without end", async () => {
    page.accessToken.mockReturnValueOnce(new Promise(() => {}));
    expect(await logOutWith(answer(200, {}))).toMatch(/lives on there until it expires/);
  });
});
