import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import {
  logInOnPage,
  newVisitor,
  noBrowser,
  openBrowser,
  shown,
  signUpOnPage,
  type Visitor,
  writePost,
} from "../browser.ts";
import { png } from "../unit/app/images.ts";
import { ask, newAccount, newPerson } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { storedObject } from "./support/objects.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

if (noBrowser) console.log(`skipped, the service's page in a browser: ${noBrowser}`);

let node: Node;
let sql: postgres.Sql;
let proxy: TcpProxy;
let browser: Browser;
const visitors: Visitor[] = [];

beforeAll(async () => {
  const deployment = await newDeployment();
  const settings = settingsOf(deployment, "app-1");
  proxy = await TcpProxy.start(inject("backends").database);
  node = await startNode({ ...settings, database: { ...settings.database, port: proxy.port } });
  sql = superuser(deployment.databaseName);
  if (!noBrowser) browser = await openBrowser();
});

afterEach(async () => {
  const faults = visitors.flatMap((visitor) => visitor.faults);
  await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
  expect(faults).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await node.close();
  await proxy.end();
  await sql.end();
});

async function visit(options: Parameters<typeof newVisitor>[2] = {}): Promise<Page> {
  const visitor = await newVisitor(browser, node.url, options);
  visitors.push(visitor);
  // The stack's proxy does this.
  await visitor.page.route("http://assets.test/assets/**", async (route) => {
    const key = new URL(route.request().url()).pathname.replace("/assets/", "");
    const { bytes, type } = await storedObject(key);
    await route.fulfill({ body: bytes, contentType: type });
  });
  return visitor.page;
}

const status = (page: Page) => page.getByRole("status");
const posts = (page: Page) => page.getByRole("list", { name: /^Your posts/ }).getByRole("listitem");
const view = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Yours" }).getByRole("link", { name }).click();
const bodiesOf = async (handle: string) =>
  (
    await sql`select body from posts join accounts on accounts.id = account_id where handle = ${handle}
      order by posts.created_at`
  ).map(({ body }) => body);

describe.skipIf(noBrowser)("the service's page", () => {
  test("one signs up, posts, changes and deletes, logs out and in", async () => {
    const page = await visit();
    const account = newAccount();
    await page.goto("/");
    await page.getByRole("link", { name: "Sign up" }).click();
    await signUpOnPage(page, account);

    for (const body of ["The first", "The second <b>"]) {
      await writePost(page, body);
      await status(page).getByText("Your post is saved.").waitFor();
    }
    await expect.poll(() => posts(page).count()).toBe(2);
    expect(await posts(page).first().textContent()).toContain("The second <b>");
    expect(await shown(page).getByLabel("Write a post").inputValue()).toBe("");

    await shown(page).getByRole("button", { name: "Edit: The first" }).click();
    await shown(page).getByRole("textbox", { name: "Change the post" }).fill("The first, changed");
    await shown(page).getByRole("button", { name: "Save" }).click();
    await shown(page).getByRole("button", { name: "Edit: The first, changed" }).waitFor();

    await shown(page).getByRole("button", { name: "Delete: The second <b>" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await status(page).getByText("The post is deleted.").waitFor();
    expect(await bodiesOf(account.handle)).toEqual(["The first, changed"]);

    await page.getByRole("button", { name: "Log out" }).click();
    await status(page).getByText("You are logged out.").waitFor();
    expect(await page.evaluate("Object.keys(localStorage)")).toEqual([]);
    await logInOnPage(page, account);
    await expect.poll(() => posts(page).count()).toBe(1);
  });

  test("what is refused is said at its field, in the service's words", async () => {
    const page = await visit();
    const { handle } = await newPerson(node.url);
    await page.goto("/#sign-up");
    await shown(page).getByLabel("Handle").fill(handle);
    await shown(page).getByLabel("Email").fill(`${handle}-2@example.org`);
    await shown(page).getByLabel("Password").fill("some words of mine");
    await shown(page).getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("alert").getByText("This handle is taken.").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("sign-up-handle");
    await shown(page).getByLabel("Handle").fill(`${handle}-2`);
    await shown(page).getByLabel("Password").fill("password1");
    await shown(page).getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("alert").getByText("among those that are guessed first").waitFor();

    await page.goto("/#log-in");
    await shown(page).getByLabel("Handle").fill(handle);
    await shown(page).getByLabel("Password").fill("not that");
    await shown(page).getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("The handle or the password is wrong.").waitFor();
  });

  test("a draft is there after a reload, and older posts when asked for", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await sql`insert into posts (id, account_id, body, created_at)
      select gen_random_uuid(), ${person.id}, 'Post ' || n, now() - n * interval '1 minute' from generate_series(1, 45) n`;
    await logInOnPage(page, person);
    await expect.poll(() => posts(page).count()).toBe(20);
    await shown(page).getByLabel("Write a post").fill("Half a");
    await page.reload();
    expect(await shown(page).getByLabel("Write a post").inputValue()).toBe("Half a");
    for (const count of [20, 40, 45]) {
      await expect.poll(() => posts(page).count()).toBe(count);
      if (count < 45) await shown(page).getByRole("button", { name: "Older" }).click();
    }
    expect(await shown(page).getByRole("button", { name: "Older" }).isVisible()).toBe(false);
    const bodies = await posts(page).locator("[data-part=body]").allTextContents();
    expect(bodies).toEqual(Array.from({ length: 45 }, (_, index) => `Post ${index + 1}`));
  });

  test("the profile is saved; a picture is cropped and shown, and one that is refused says why", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await logInOnPage(page, person);
    await view(page, "Profile");
    await shown(page).getByLabel("Name").fill("Ada Byron");
    await shown(page).getByLabel("About you").fill("Röckchen 👩‍💻");
    await shown(page).getByRole("button", { name: "Save" }).click();
    await status(page).getByText("Your profile is saved.").waitFor();

    const file = shown(page).getByLabel("Choose a picture");
    await file.setInputFiles({ name: "wide.png", mimeType: "image/png", buffer: png(400, 100) });
    await shown(page).getByLabel("Size").fill("2");
    await shown(page).getByLabel("Left to right").press("ArrowRight");
    await shown(page).getByRole("button", { name: "Use this part" }).click();
    await status(page).getByText("Your picture is saved.").waitFor();
    const picture = page.getByRole("img", { name: "You, as others see you" });
    await expect.poll(() => picture.evaluate((image) => Reflect.get(image, "naturalWidth"))).toBe(50);
    expect(await picture.evaluate((image) => Reflect.get(image, "naturalHeight"))).toBe(50);

    const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
    await file.setInputFiles({ name: "IMG_1.HEIC", mimeType: "image/heic", buffer: heic });
    await page.getByRole("alert").getByText("Apple's HEIC format").waitFor();

    await shown(page).getByRole("button", { name: "Remove the picture" }).click();
    await status(page).getByText("The picture is removed.").waitFor();
    const { body } = await ask(node.url, `GET /api/v1/users/${person.handle}`);
    expect(body).toMatchObject({ displayName: "Ada Byron", bio: "Röckchen 👩‍💻", avatarUrl: null });
  });

  test("another session is seen and ended, and says so where it was; a changed password ends them too", async () => {
    const person = await newPerson(node.url);
    const [here, there] = [await visit(), await visit()];
    await logInOnPage(here, person);
    await logInOnPage(there, person);
    await shown(there).getByLabel("Write a post").fill("Not sent yet");
    await view(here, "Account");
    // One more is the one that the person was made with.
    const sessions = here.getByRole("listitem").filter({ hasText: "Chrome on Linux" });
    await expect.poll(() => sessions.count()).toBe(2);
    await sessions.getByRole("button").click();
    await status(here).getByText("The session is ended.").waitFor();
    await shown(there).getByRole("button", { name: "Post", exact: true }).click();
    await status(there).getByText("Your session has ended.").waitFor();
    expect(await bodiesOf(person.handle)).toEqual([]);
    // What waited is sent with the next session.
    await logInOnPage(there, person);
    await expect.poll(() => bodiesOf(person.handle)).toEqual(["Not sent yet"]);

    const newPassword = "another phrase of mine";
    await shown(here).getByLabel("Current password").fill("not that");
    await shown(here).getByLabel("New password").fill(newPassword);
    await shown(here).getByRole("button", { name: "Change" }).click();
    await here.getByRole("alert").getByText("The password is wrong.").waitFor();
    await shown(here).getByLabel("Current password").fill(person.password);
    await shown(here).getByRole("button", { name: "Change" }).click();
    await status(here).getByText("Your password is changed.").waitFor();
    await expect.poll(() => sessions.count()).toBe(1);
    await there.reload();
    await there.getByRole("heading", { name: "Log in" }).waitFor();
    await logInOnPage(there, { ...person, password: newPassword });
  });

  test("an account is exported and deleted", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await logInOnPage(page, person);
    await writePost(page, "To be taken along");
    await status(page).getByText("Your post is saved.").waitFor();
    await view(page, "Account");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      shown(page).getByRole("button", { name: "Export" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${person.handle}.json`);
    const exported = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(exported.posts).toMatchObject([{ body: "To be taken along" }]);

    await shown(page).getByLabel("Password", { exact: true }).fill(person.password);
    await shown(page).getByRole("button", { name: "Delete my account" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete my account" }).click();
    await status(page).getByText("Your account is deleted.").waitFor();
    expect(await sql`select from accounts where handle = ${person.handle}`).toHaveLength(0);
    expect(await page.evaluate("Object.keys(localStorage)")).toEqual([]);
  });

  test("an access token that is refused is exchanged, and the post is sent again", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await logInOnPage(page, person);
    await page.route(
      "**/api/v1/me/posts",
      (route) => route.fulfill({ status: 401, json: { detail: "The access token has expired." } }),
      { times: 1 },
    );
    const exchanged = page.waitForResponse("**/api/v1/sessions/refresh");
    await writePost(page, "Sent with the next token");
    expect((await exchanged).status()).toBe(200);
    await status(page).getByText("Your post is saved.").waitFor();
    expect(await bodiesOf(person.handle)).toEqual(["Sent with the next token"]);
  });
});

describe.skipIf(noBrowser)("the service's page, when something fails", () => {
  test("the primary is lost while a post is saved, and the page is reloaded: it is there once", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await logInOnPage(page, person);
    await page.getByText("Nothing yet.").waitFor();
    // On connections of their own, so that the statement is sent in words.
    proxy.cut();
    proxy.refuseAfter("insert into posts");
    try {
      await writePost(page, "Through a failover");
      await expect.poll(() => proxy.mode).toBe("refuse");
      expect(await posts(page).textContent()).toMatch(/Through a failover\s*saving…/);
      expect(await status(page).textContent()).toContain("Saving…");
      await page.reload();
      expect(await posts(page).textContent()).toMatch(/Through a failover\s*saving…/);
    } finally {
      proxy.refuseAfter("\0 no statement");
      proxy.mode = "forward";
    }
    await status(page).getByText("Your post is saved.").waitFor();
    await shown(page).getByRole("button", { name: "Edit: Through a failover" }).waitFor();
    expect(await posts(page).count()).toBe(1);
    expect(await bodiesOf(person.handle)).toEqual(["Through a failover"]);
  });

  test("the answer is lost and then nobody is there: it is sent again with its key, and is there once", async () => {
    const page = await visit();
    const person = await newPerson(node.url);
    await logInOnPage(page, person);
    const keys: (string | undefined)[] = [];
    await page.route("**/api/v1/me/posts", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length === 1) {
        expect((await route.fetch()).status()).toBe(201);
        return route.abort();
      }
      if (keys.length === 2) return route.fulfill({ status: 503, headers: { "retry-after": "1" } });
      return route.continue();
    });
    await writePost(page, "Once");
    await status(page).getByText("No answer yet; asking again by itself.").waitFor();
    await status(page).getByText("Your post is saved.").waitFor();
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
    expect(await posts(page).count()).toBe(1);
    expect(await bodiesOf(person.handle)).toEqual(["Once"]);
  });
});

describe.skipIf(noBrowser)("the service's page, for everybody", () => {
  test("without JavaScript it says what it is, and finds people's pages", async () => {
    const page = await visit({ javaScriptEnabled: false });
    const person = await newPerson(node.url);
    await ask(node.url, "POST /api/v1/me/posts", { token: person.token, json: { body: "Read by anybody" } });
    await page.goto("/");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("A small place to write.");
    // Playwright's search for texts passes over this element.
    await page.locator("noscript p").waitFor();
    expect(await page.locator("noscript p").textContent()).toContain("Reading needs no JavaScript.");
    expect(await page.getByRole("link", { name: "Sign up" }).isVisible()).toBe(false);
    await shown(page).getByLabel("Read somebody’s page").fill(`@${person.handle.toUpperCase()}`);
    await shown(page).getByRole("button", { name: "Read" }).click();
    await page.waitForURL(`**/u/${person.handle}`);
    await page.getByText("Read by anybody").waitFor();
    await page.getByRole("link", { name: "Capstone" }).click();
    await page.waitForURL(`${node.url}/`);
  });

  test("a first visit takes less than 100 kB, and its files are kept for ever", async () => {
    const page = await visit();
    const session = await page.context().newCDPSession(page);
    let bytes = 0;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await session.send("Network.enable");
    const addresses: string[] = [];
    page.on("response", (response) => addresses.push(response.url().slice(node.url.length)));
    await page.goto("/", { waitUntil: "networkidle" });
    console.log(`a first visit: ${bytes} bytes in ${addresses.length} answers`);
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(100_000);

    const files = addresses.filter((address) => address.startsWith("/page/"));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const { headers, status } = await ask(node.url, `GET ${file}`);
      expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    }
    // The HTML of another release: what there is, and not to be kept.
    const other = await ask(node.url, "GET /page/main-AAAAAAAA.js");
    expect([other.status, other.headers.get("cache-control")]).toEqual([203, "no-store"]);
    expect((await ask(node.url, "GET /page/nothing-AAAAAAAA.js")).status).toBe(404);
  });

  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // A scheme says nothing of a size: two of the four have each.
  const looks = [
    { name: "light and small", colorScheme: "light", viewport: { width: 360, height: 740 } },
    { name: "dark and large", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  ] as const;

  test.each(looks)("axe finds nothing: $name", async ({ colorScheme, viewport }) => {
    const page = await visit({ colorScheme, viewport });
    const person = await newPerson(node.url);
    const findings = async () => {
      await page.evaluate(axe);
      const { violations } = (await page.evaluate("axe.run()")) as {
        violations: { id: string; nodes: { html: string }[] }[];
      };
      const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      return [
        ...violations.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html)}`),
        ...(wide ? [`${page.url()} is wider than its window`] : []),
      ];
    };
    const found: string[] = [];
    for (const address of ["/", "/#sign-up", "/#log-in"]) {
      await page.goto(address);
      found.push(...(await findings()));
    }
    await logInOnPage(page, person);
    await writePost(page, "A post that axe looks at");
    await shown(page).getByRole("button", { name: "Edit: A post that axe looks at" }).click();
    for (const name of ["Posts", "Profile", "Account"]) {
      await view(page, name);
      found.push(...(await findings()));
    }
    await page.goto(`/u/${person.handle}`);
    found.push(...(await findings()));
    expect(found).toEqual([]);
  });
});
