import { request } from "node:http";
import { describe, expect, it } from "vitest";
import type { DrillEvent } from "../../../../drills/watch/events.ts";
import { PageDocument } from "../../../../drills/watch/page-document.ts";
import { WatchServer } from "../../../../drills/watch/server.ts";

const missing = (atMs: number): DrillEvent => ({ kind: "missing", atMs, missing: [`at ${atMs}`] });

/** Every event of a stream that has ended, and the number of its last message. */
async function readAll(response: Response): Promise<{ events: DrillEvent[]; lastId: string }> {
  const messages = (await response.text()).split("\n\n").filter((message) => message.includes("data: "));
  const events = messages.flatMap((message) => JSON.parse(message.slice(message.indexOf("data: ") + 6)));
  return { events, lastId: /^id: (\d+)/.exec(messages.at(-1) ?? "")?.[1] ?? "" };
}

/** What the server says to a request that names it otherwise. */
function statusFor(address: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(address, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once("error", reject)
      .end();
  });
}

describe("the live page's server", () => {
  it("tells whoever comes, however late, everything once, and what is new as it comes", async () => {
    const server = await WatchServer.start("<p>page</p>");
    expect(await (await fetch(server.address)).text()).toBe("<p>page</p>");
    server.tell([missing(1), missing(2)]);
    const early = await fetch(`${server.address}events`);
    server.tell([missing(3)]);
    const late = await fetch(`${server.address}events`);
    const again = await fetch(`${server.address}events`, { headers: { "last-event-id": "1" } });
    server.tell([missing(4)]);
    const all = Promise.all([early, late, again].map(readAll));
    await server.end();
    const [first, second, third] = await all;
    expect(first?.events.map(({ atMs }) => atMs)).toEqual([1, 2, 3, 4]);
    expect(second).toEqual(first);
    expect(third?.events.map(({ atMs }) => atMs)).toEqual([3, 4]);
    expect(first?.lastId).toBe("3");
  });

  it("forgets a drill when the next begins, and goes on counting", async () => {
    const server = await WatchServer.start("");
    server.tell([missing(1), missing(2)]);
    server.begin();
    server.tell([missing(3)]);
    const fresh = await fetch(`${server.address}events`);
    const back = await fetch(`${server.address}events`, { headers: { "last-event-id": "0" } });
    const all = Promise.all([fresh, back].map(readAll));
    await server.end();
    for (const { events, lastId } of await all) {
      expect(events.map(({ atMs }) => atMs)).toEqual([3]);
      expect(lastId).toBe("2");
    }
  });

  it("answers nobody by another name, and nothing but its page and its events", async () => {
    const server = await WatchServer.start("");
    expect(await statusFor(server.address, "somewhere.example")).toBe(421);
    expect((await fetch(`${server.address}etc/passwd`)).status).toBe(404);
    expect((await fetch(server.address, { method: "POST" })).status).toBe(405);
    await server.end();
  });
});

describe("the page in one document", () => {
  it("has its style, its script and what it shows in it, and allows no other", async () => {
    const page = await PageDocument.build();
    const event: DrillEvent = { kind: "abandoned", atMs: 1, reason: "</script><script>alert(1)</script>" };
    const html = page.html([event]);
    expect(html).not.toMatch(/\ssrc=|<link rel="stylesheet"|https?:\/\//);
    expect(html).toMatch(
      /default-src 'none'; script-src 'sha256-[^;]+; style-src 'sha256-[^;]+; connect-src 'self'/,
    );
    const data = /id="recorded">(.*)<\/script>\n/.exec(html)?.[1] ?? "";
    expect(data).not.toContain("<");
    expect(JSON.parse(data)).toEqual([event]);
  });
});
