import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../cli/toolchain/parts/chromium.ts";

const executablePath = chromiumPath();

/** Why there is no test in a browser on this machine; undefined where there is one. */
export const noBrowser = executablePath
  ? undefined
  : "no Chromium or Chrome is found; CHROME_PATH may name one";

export function openBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error(noBrowser);
  // As root, and in a container, Chromium has neither its sandbox nor much shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath, args });
}

/** Somebody at a browser. */
export interface Visitor {
  page: Page;
  /** What the page did wrong: violations of its content security policy, and errors that nobody caught. */
  faults: string[];
  close: () => Promise<void>;
}

export async function newVisitor(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL, locale: "en-GB", ...options });
  // On a busy machine nothing comes soon.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text());
  });
  return { page, faults, close: () => context.close() };
}

export interface Account {
  handle: string;
  email: string;
  password: string;
}

/** What the page shows, of all that its HTML has. */
export const shown = (page: Page) => page.locator("[data-view]:visible");

export async function signUpOnPage(page: Page, { handle, email, password }: Account): Promise<void> {
  await page.goto("/#sign-up");
  await shown(page).getByLabel("Handle").fill(handle);
  await shown(page).getByLabel("Email").fill(email);
  await shown(page).getByLabel("Password").fill(password);
  await shown(page).getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("heading", { name: "Your posts" }).waitFor();
}

export async function logInOnPage(page: Page, { handle, password }: Account): Promise<void> {
  await page.goto("/#log-in");
  await shown(page).getByLabel("Handle").fill(handle);
  await shown(page).getByLabel("Password").fill(password);
  await shown(page).getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Your posts" }).waitFor();
}

export async function writePost(page: Page, body: string): Promise<void> {
  await shown(page).getByLabel("Write a post").fill(body);
  await shown(page).getByRole("button", { name: "Post", exact: true }).click();
}
