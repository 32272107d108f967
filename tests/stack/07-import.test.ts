import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { newVisitor, noBrowser, openBrowser, shown, signUpOnPage, writePost } from "../browser.ts";
import { ask, load, png, signUp } from "./client.ts";
import { command, container, docker, mustSucceed, query, readOutputs } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "capstone-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Made with Werkzeug 3.1.3 from "old password of ada". */
const hash =
  "scrypt:32768:8:1$Fa5vsXEm6q7gQ04W$5bb5e698576d3918f822ddd4ce3a8323c59515019e5cf976fccd79224ba3a83f031d26e60430cab255fdcb6a98e68635f4137cc7f2fd62c81204dc429bf3f427";

it("imports through the published ports, the primary being killed on the way, and people log in with their old passwords", async () => {
  const { apiUrl } = await readOutputs();
  const file = join(folder, "old_blog.sqlite");
  const database = new DatabaseSync(file);
  database.exec(`
    create table user (id integer primary key, username text, password_hash text, avatar text);
    insert into user values (1, 'ada_of_old', '${hash}', 'ada.png');
    create table visits (n integer primary key, page text not null, at datetime not null);
    with recursive r(n) as (select 1 union all select n + 1 from r where n < 600000)
    insert into visits select n, '/u/' || n, datetime(1700000000 + n, 'unixepoch') from r`);
  database.close();
  writeFileSync(join(folder, "ada.png"), png());

  // People go on posting and reading meanwhile, one of them in a browser.
  const writer = noBrowser ? undefined : await writerInBrowser(apiUrl);
  const traffic = load(apiUrl, await signUp(apiUrl), 10);
  const importing = command("import-sqlite", [file, "--uploads", folder]);
  const primary = await copyingNode();
  await docker("kill", container("database", primary));
  const saved = writer?.write("Written while there was no primary");
  // Where something else fails first, that is what is reported.
  saved?.catch(() => {});
  const { stdout, stderr } = await mustSucceed(importing);
  const { sent, failures } = await traffic.stop();
  await docker("start", container("database", primary));
  console.log(
    stderr.slice(-2000),
    stdout,
    `${failures.length} of ${sent} requests failed`,
    failures.slice(0, 5),
  );
  expect(failures.length).toBeLessThanOrEqual(sent * 0.02);
  expect(stderr).toContain("Beginning again, attempt 2 of 5.");
  expect(stdout).toMatch(/^Imported 2 tables with 600,001 rows into the schema old_blog/);
  const other = primary === 1 ? 2 : 1;
  if (writer) {
    expect(await saved).toBe(1);
    expect(writer.faults).toEqual([]);
    const written = "select count(*) from posts where body = 'Written while there was no primary'";
    expect(await query(other, written)).toBe("1");
  } else console.log(`skipped, somebody who writes in a browser: ${noBrowser}`);
  expect(await query(other, "select count(*), count(distinct n) from old_blog.visits")).toBe("600000|600000");

  const json = { handle: "ada_of_old", password: "old password of ada" };
  expect((await ask(`${apiUrl}/api/v1/sessions`, { body: json })).status).toBe(200);
  expect(await query(other, "select left(password_hash, 9) from accounts where handle = 'ada_of_old'")).toBe(
    "$argon2id",
  );
  const page = await ask(`${apiUrl}/api/v1/users/ada_of_old`);
  const picture = await fetch(page.body.avatarUrl);
  // What is published is named by the hash of its own bytes.
  const published = createHash("sha256").update(Buffer.from(await picture.arrayBuffer()));
  expect(page.body.avatarUrl).toContain(`/${published.digest("hex")}.webp`);

  const again = await mustSucceed(command("import-sqlite", [file, "--uploads", folder]));
  expect(again.stdout).toMatch(/^Nothing changes: /);
  await replicaFollows(other);
});

/** Somebody who is logged in on the service's page. */
async function writerInBrowser(apiUrl: string) {
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { page, faults } = await newVisitor(browser, apiUrl);
  const handle = `writer-${randomBytes(4).toString("hex")}`;
  await signUpOnPage(page, { handle, email: `${handle}@example.com`, password: `pass ${handle}` });
  return {
    faults,
    /** @returns How many posts are shown once it is saved. */
    write: async (body: string) => {
      await writePost(page, body);
      await page.getByRole("button", { name: `Edit: ${body}` }).waitFor({ timeout: 300_000 });
      return shown(page).getByRole("listitem").count();
    },
  };
}

/** The node that takes in the rows, once it has many of them. */
async function copyingNode(): Promise<number> {
  for (const endsAt = Date.now() + 60_000; Date.now() < endsAt; await sleep(50)) {
    for (const node of [1, 2]) {
      const rows = await query(
        node,
        "select coalesce(max(tuples_processed), 0) from pg_stat_progress_copy where command = 'COPY FROM'",
      ).catch(() => "0");
      if (Number(rows) > 20_000) return node;
    }
  }
  throw new Error("No node took in rows within a minute.");
}

/** What comes after finds the stack whole. */
async function replicaFollows(primary: number): Promise<void> {
  const streaming =
    "select count(*) from pg_stat_replication where state = 'streaming' and sync_state <> 'async'";
  for (const endsAt = Date.now() + 90_000; (await query(primary, streaming)) !== "1"; await sleep(500)) {
    if (Date.now() > endsAt) throw new Error("The killed node did not come back as a replica.");
  }
}
