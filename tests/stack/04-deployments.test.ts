import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, load, signUp } from "./client.ts";
import {
  command,
  container,
  copyOfProject,
  docker,
  mustSucceed,
  type Outputs,
  query,
  readOutputs,
  runningContainers,
  stack,
} from "./support.ts";

let outputs: Outputs;
beforeAll(async () => {
  outputs = await readOutputs();
});

/** What the later release adds to the schema. */
function addMigration(project: string): void {
  writeFileSync(
    join(project, "migrations/8000_next_release.ts"),
    `import { type Kysely, sql } from "kysely";
     export async function up(database: Kysely<never>): Promise<void> {
       await sql\`alter table accounts add column next_release text not null default ''\`.execute(database);
     }`,
  );
}

/** The setting that is changed below, as each database node has it. */
const slowStatements = () =>
  Promise.all([1, 2].map((node) => query(node, "show log_min_duration_statement")));

describe("a deployment", () => {
  it("that changes nothing changes nothing", async () => {
    const before = await runningContainers();
    const again = await mustSucceed(command("up"));
    expect(await runningContainers()).toEqual(before);
    console.log(`up with nothing to do: ${again.durationMs} ms`);
    const preview = await mustSucceed(command("preview", ["--expect-no-changes"]));
    console.log(`preview: ${preview.durationMs} ms`);
  });

  it("of a new version rolls through one node at a time, with no failed request under load", async () => {
    using copy = await copyOfProject();
    appendFileSync(join(copy.path, "app/main.ts"), "\n// the next release\n");
    addMigration(copy.path);
    const account = await signUp(outputs.apiUrl);
    const traffic = load(outputs.apiUrl, account, 40);
    const deployed = await command("up", [], copy.path);
    const { sent, failures } = await traffic.stop();
    await mustSucceed(Promise.resolve(deployed));
    console.log(`rolled in ${deployed.durationMs} ms: ${sent} requests, ${failures.length} failed`);
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    const release = (await readOutputs()).release;
    expect(release.image).not.toBe(outputs.release.image);
    expect((await readOutputs()).migration).toBe("8000_next_release");
  });

  it("of the earlier version brings that version back, on the schema of the later one", async () => {
    await mustSucceed(command("up"));
    const { release, migration } = await readOutputs();
    expect(release).toEqual(outputs.release);
    expect(migration).toBe("8000_next_release");
    await signUp(outputs.apiUrl);
    const added = "select count(*) > 0 from accounts where next_release = ''";
    expect(await query(1, added)).toBe("t");
  });

  it("with a broken migration fails with its message, and the old nodes keep serving", async () => {
    using copy = await copyOfProject();
    const before = await runningContainers();
    const { migration } = await readOutputs();
    // A release after the one above has its migrations too; without them it would be refused for that.
    addMigration(copy.path);
    writeFileSync(
      join(copy.path, "migrations/9999_broken.ts"),
      `import { type Kysely, sql } from "kysely";
       export async function up(database: Kysely<never>): Promise<void> {
         await sql\`create table half_done (id int)\`.execute(database);
         await sql\`select no_such_function()\`.execute(database);
       }`,
    );
    const failed = await command("up", [], copy.path);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout + failed.stderr).toMatch(/9999_broken.*no_such_function/s);
    expect(await runningContainers()).toEqual(before);
    expect((await ask(outputs.healthUrl)).status).toBe(200);
    expect(await query(1, "select to_regclass('half_done') is null")).toBe("t");
    await mustSucceed(command("up"));
    expect((await readOutputs()).migration).toBe(migration);
  });

  it("that changes a database setting reaches the running cluster", async () => {
    using copy = await copyOfProject();
    const file = join(copy.path, "infra/docker/cluster-settings.yml");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("log_min_duration_statement: 1s", "log_min_duration_statement: 2s"),
    );
    const before = await runningContainers();
    await mustSucceed(command("up", [], copy.path));
    // Each node takes it in Patroni's next round.
    await expect.poll(slowStatements).toEqual(["2s", "2s"]);
    expect(await runningContainers()).toEqual(before);
  });

  it("brings back containers that were pruned, removed or stopped by hand and a setting, and no request fails", async () => {
    const account = await signUp(outputs.apiUrl);
    const traffic = load(outputs.apiUrl, account, 40);
    // What `docker system prune` takes, of this stack alone.
    const ofStack = ["--force", "--filter", `label=capstone.stack=${stack}`];
    expect(await docker("container", "prune", ...ofStack)).toContain("Deleted Containers:");
    await docker("network", "prune", ...ofStack);
    await docker("rm", "--force", container("app", 1));
    // Counts as stopped by hand: no restart policy acts.
    await docker("kill", container("consensus", 3));
    await sleep(2_000);
    await mustSucceed(command("up"));
    const { sent, failures } = await traffic.stop();
    console.log(`containers pruned and removed: ${sent} requests, ${failures.length} failed`);
    expect(failures).toEqual([]);
    for (const name of [container("app", 1), container("consensus", 3)]) {
      expect(await docker("ps", "--quiet", "--filter", `name=^${name}$`), name).not.toBe("");
    }
    await expect.poll(slowStatements).toEqual(["1s", "1s"]);
  });
});
