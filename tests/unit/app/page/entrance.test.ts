import { beforeEach, expect, it, vi } from "vitest";
import { pageModule } from "./page-module.ts";

type Work = (values: (name: string) => string) => Promise<void>;
const page = vi.hoisted(() => ({
  elements: {} as Record<string, { id: string; value?: string }>,
  submit: {} as Record<string, Work>,
  ask: vi.fn(),
  showProblem: vi.fn(),
  startSession: vi.fn(),
  leaveFor: vi.fn(),
}));
vi.mock("../../../../app/page/elements.ts", () => ({
  element: (id: string) => {
    page.elements[id] ??= { id };
    return page.elements[id];
  },
}));
vi.mock("../../../../app/page/forms.ts", () => ({
  onSubmit: ({ id }: { id: string }, work: Work) => {
    page.submit[id] = work;
  },
  showProblem: page.showProblem,
}));
vi.mock("../../../../app/page/api.ts", () => page);
vi.mock("../../../../app/page/session.ts", () => page);
vi.mock("../../../../app/page/views.ts", () => page);
vi.mock("../../../../app/page/notices.ts", () => ({ during: (_: string, work: unknown) => work }));

const location = { hash: "#sign-up" };
const written: Record<string, string> = { handle: "ada", email: "ada@example.org", password: "secret" };

beforeEach(async () => {
  vi.stubGlobal("location", location);
  vi.stubGlobal("HTMLFormElement", class {});
  vi.stubGlobal("HTMLInputElement", class {});
  (await pageModule<{ startEntrance(): void }>("entrance.ts")).startEntrance();
});

it("goes to the log-in with its sentence where that is refused after the account was made", async () => {
  const refusal = new Error("Too many attempts. Try again in 30 seconds.");
  page.ask.mockResolvedValueOnce({}).mockRejectedValueOnce(refusal);
  await page.submit["sign-up"]?.((name) => written[name] ?? "");
  expect(location.hash).toBe("log-in");
  expect(page.showProblem).toHaveBeenCalledExactlyOnceWith(page.elements["log-in"], refusal);
  expect(page.elements["log-in-handle"]?.value).toBe("ada");
  expect(page.elements["log-in-password"]?.value).toBe("secret");
  expect(page.startSession).not.toHaveBeenCalled();
});

it("stays at the sign-up where that itself is refused", async () => {
  const refusal = new Error("The handle is taken.");
  page.ask.mockReset().mockRejectedValueOnce(refusal);
  await expect(page.submit["sign-up"]?.((name) => written[name] ?? "")).rejects.toBe(refusal);
});
