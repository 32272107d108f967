import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DrillEvent } from "../../../../drills/watch/events.ts";
import { PageDocument } from "../../../../drills/watch/page-document.ts";
import { WatchServer } from "../../../../drills/watch/server.ts";
import { newVisitor, noBrowser, openBrowser, type Visitor } from "../../../browser.ts";

if (noBrowser) console.log(`skipped, the live page of a drill in a browser: ${noBrowser}`);

/**
 * A run of primary-killed, an event a line. Its requests are those of docs/failover/primary-killed.svg, its fault, detection,
 * new primary and redundancy those of docs/failover/results.json; the moments in between are made up to fit.
 */
const recording = readFileSync(new URL("./primary-killed.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as DrillEvent);
const faultAtMs = recording.find(({ kind }) => kind === "action")?.atMs ?? 0;
const upTo = (atMs: number) => recording.filter((event) => event.atMs <= atMs);
const after = (atMs: number) => recording.filter((event) => event.atMs > atMs);

let page: PageDocument;
let browser: Browser;
let visitor: Visitor | undefined;

beforeAll(async () => {
  if (noBrowser) return;
  [page, browser] = await Promise.all([PageDocument.build(), openBrowser()]);
});
afterEach(async () => {
  const faults = visitor?.faults ?? [];
  await visitor?.close();
  visitor = undefined;
  expect(faults).toEqual([]);
});
afterAll(() => browser?.close());

async function visit(address: string, options: Parameters<typeof newVisitor>[2] = {}): Promise<Page> {
  visitor = await newVisitor(browser, address, options);
  await visitor.page.goto(address);
  return visitor.page;
}

const part = (shown: Page, name: string) => shown.locator(".part", { hasText: name });
const figure = (shown: Page, name: string) =>
  shown.locator("#ledger > div", { hasText: name }).locator(".figure");

describe.skipIf(noBrowser)("the live page of a drill", () => {
  it("shows the fault, who takes over and the verdict as they come, and keeps them when the command has ended", async () => {
    const server = await WatchServer.start(page.html());
    server.tell(upTo(faultAtMs - 1));
    const shown = await visit(server.address);
    await shown.getByText("8 clients read and write. All is well, still.").waitFor();
    await shown.getByRole("status").getByText("live").waitFor();
    expect(await figure(shown, "lost").textContent()).toBe("?");
    const [before, other] = ["primary", "replica"].map((role) => shown.locator(".part", { hasText: role }));
    const killed = (await before?.locator(".name").textContent()) ?? "";
    const heir = (await other?.locator(".name").textContent()) ?? "";

    server.tell(after(faultAtMs - 1).filter(({ atMs }) => atMs <= faultAtMs + 700));
    await shown.getByText(/^There is no primary\. \d clients? waits?, the longest for \d\.\d s\.$/).waitFor();
    await expect.poll(() => part(shown, killed).getAttribute("data-look")).toBe("down");

    server.tell(after(faultAtMs + 700));
    await server.end();
    await shown.getByText("Nothing was lost, and no request failed.").waitFor();
    await shown.getByRole("status").getByText("ended").waitFor();
    await expect.poll(() => part(shown, heir).locator(".note").textContent()).toBe("primary");
    expect(await figure(shown, "lost").textContent()).toBe("0");
    const moments = await shown.getByRole("log").getByRole("listitem").allTextContents();
    expect(moments[0]).toBe(`+0.0 s${killed}: killed`);
    expect(moments).toContainEqual(
      expect.stringMatching(`s${heir} is primary and has acknowledged a write$`),
    );
    expect(moments.at(-1)).toMatch(/everything is fully redundant again$/);
  });

  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  it.each([
    { name: "light and small", colorScheme: "light", viewport: { width: 360, height: 740 } },
    { name: "dark and large", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  ] as const)("is kept in a file, where axe finds nothing: $name", async ({ colorScheme, viewport }) => {
    const html = page.html(recording);
    const server = await WatchServer.start(html);
    const shown = await visit(server.address, { colorScheme, viewport, reducedMotion: "reduce" });
    await shown.getByRole("status").getByText("recorded").waitFor();
    await shown.evaluate(axe);
    const { violations } = (await shown.evaluate("axe.run()")) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`)).toEqual([]);
    expect(await shown.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    // From the top, the keyboard reaches what happens now, and the list that scrolls.
    const reached: string[] = [];
    for (let count = 0; count < 3; count++) {
      await shown.keyboard.press("Tab");
      reached.push(
        await shown.evaluate<string>("document.activeElement.id || document.activeElement.className"),
      );
    }
    expect(reached).toEqual(expect.arrayContaining(["skip", "log"]));
    await server.end();
  });
});
