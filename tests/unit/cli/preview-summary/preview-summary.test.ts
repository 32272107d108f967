import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { deployedMigration, parseEvents } from "../../../../cli/preview-summary/events.ts";
import { type Given, gatherFacts } from "../../../../cli/preview-summary/gather.ts";
import { pendingMigrations } from "../../../../cli/preview-summary/pending-migrations.ts";
import { renderSummary } from "../../../../cli/preview-summary/render.ts";
import { lintMigrations } from "../../../../cli/preview-summary/squawk.ts";
import { type PreviewFacts, summarize } from "../../../../cli/preview-summary/summary.ts";
import { readResults } from "../../../../drills/report/results.ts";
import { projectRoot } from "../../../../infra/project.ts";

const recorded = path.join(import.meta.dirname, "recordings");
/** What Pulumi 3.259 wrote about the stack dev, without its debugging and without inputs that nothing here reads. */
const recording = (name: string) => parseEvents(readFileSync(path.join(recorded, `${name}.jsonl`), "utf8"));
const database1 = "docker:index/volume:Volume.database-data-1";
const database2 = "docker:index/volume:Volume.database-data-2";

function sumUp(name: string, facts: Partial<PreviewFacts> = {}) {
  const summary = summarize({
    stack: "dev",
    target: "docker",
    events: recording(name),
    status: 0,
    allowed: [],
    migrations: [],
    findings: [],
    violations: [],
    drills: readResults()?.drills ?? {},
    ...facts,
  });
  return { ...summary, text: renderSummary(summary) };
}

describe("the summary of a preview", () => {
  it("of nothing is its counts and that the rules hold", () => {
    const { text, reasons, same } = sumUp("nothing");
    expect(reasons).toEqual([]);
    // Containers, volumes, networks, images, secrets and steps: neither components nor the stack and its providers.
    expect(same).toBe(
      recording("nothing").filter(
        ({ resourcePreEvent }) =>
          resourcePreEvent && !/^(capstone|pulumi):/.test(resourcePreEvent.metadata.type),
      ).length,
    );
    expect(same).toBeGreaterThan(80);
    expect(text).toBe(
      `### Preview of \`dev\`: nothing changes, ${same} unchanged\n\n**Policy:** every rule of \`infra/policy\` holds.\n`,
    );
  });

  it("of a rolled app counts by part, and says what a roll's drill measured", () => {
    const { text, reasons } = sumUp("app-rolled");
    const { failedRequests, writesPauseMs } =
      readResults()?.drills["app-nodes-rolled"]?.measures.clients ?? {};
    expect(reasons).toEqual([]);
    expect(text).toMatch(/^### Preview of `dev`: 2 changed, 3 replaced, \d+ unchanged\n/);
    expect(text).toMatch(/^\| app nodes \| +\| 2 +\| 2 +\| +\|$/m);
    expect(text).toMatch(/^\| images +\| +\| +\| 1 +\| +\|$/m);
    expect(text).toContain(
      `- The application nodes are replaced: ${failedRequests} requests failed, longest write ${((writesPauseMs ?? 0) / 1000).toFixed(1)} s`,
    );
    expect(text).toContain("<details><summary>Every change (5)</summary>");
    expect(text).toContain("app nodes: docker:index/container:Container.app-1 replaced (envs, image)");
    expect(text).not.toMatch(/lost|migration/i);
  });

  it("of a new migration shows its SQL and what squawk says", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "capstone-migrations-"));
    const kysely = import.meta.resolve("kysely");
    writeFileSync(path.join(folder, "0003_sessions_and_unused_objects.ts"), "export async function up() {}");
    writeFileSync(
      path.join(folder, "0004_post_pins.ts"),
      `import { sql } from "${kysely}";
       export async function up(database: any) {
         await database.schema.createIndex("posts_pinned").on("posts").column("pinned_at").execute();
         await sql\`alter table posts alter column body type varchar(9)\`.execute(database);
       }`,
    );
    const deployed = deployedMigration(recording("migration"));
    expect(deployed).toBe("0003_sessions_and_unused_objects");
    const migrations = await pendingMigrations(deployed, pathToFileURL(`${folder}/`));
    rmSync(folder, { recursive: true });
    expect(migrations).toEqual([
      {
        name: "0004_post_pins",
        sql: 'create index "posts_pinned" on "posts" ("pinned_at");\nalter table posts alter column body type varchar(9);',
      },
    ]);
    const findings = await lintMigrations(migrations);
    const { text, reasons } = sumUp("migration", { migrations, findings });
    expect(reasons).toEqual([]);
    expect(text).toContain("**New migrations:** `0004_post_pins`. squawk says:");
    expect(text).toMatch(/^- 0004_post_pins: .*\(require-concurrent-index-creation\)$/m);
    expect(text).toMatch(/^- 0004_post_pins: .*\(changing-column-type\)$/m);
    expect(text).toContain('```sql\n-- 0004_post_pins\ncreate index "posts_pinned"');
    expect(text).toMatch(/^\| migration \| +\| 1 +\| +\| +\|$/m);
  }, 300_000);

  it("of a replaced database volume is refused until both are allowed by name", () => {
    const { text, reasons } = sumUp("volume-replaced");
    expect(reasons).toEqual(["data would be lost with database-data-1, database-data-2"]);
    expect(text).toContain("**Refused: data would be lost with database-data-1, database-data-2.**");
    expect(text).toContain(`- \`${database1}\` is replaced (name)`);
    expect(text).toContain(`--allow-data-loss "${database1}" --allow-data-loss "${database2}"`);
    // A drill's figures would promise what they do not say.
    expect(text).toContain("- Data would be lost, and no drill has measured that.");
    expect(text).not.toMatch(/requests failed/);

    expect(sumUp("volume-replaced", { allowed: [database1] }).reasons).toEqual([
      "data would be lost with database-data-2",
    ]);
    const allowed = sumUp("volume-replaced", { allowed: [database1, database2] });
    expect(allowed.reasons).toEqual([]);
    expect(allowed.text).toContain(`**Lost, and allowed by name:**\n\n- \`${database1}\` is replaced`);
  });

  it("of a protected volume says both: what would be lost, and that Pulumi refuses", () => {
    const { text, reasons } = sumUp("volume-protected", { status: 255, allowed: [database1, database2] });
    expect(reasons).toEqual(["the preview failed"]);
    expect(text).toContain("currently marked for protection");
    expect(text).toContain(`- \`${database1}\` is replaced (name)`);
  });

  it("of a failing preview has its error, and does not call the counts a result", () => {
    const { text, reasons } = sumUp("failing", { status: 255 });
    expect(reasons).toEqual(["the preview failed"]);
    expect(text).toContain('```\ncapstone:appNodes is "99"; allowed is a whole number from 2 to 8.\n```');
    expect(text).toMatch(/^### Preview of `dev`: failed\n/);
  });

  it("of one that did not come to Pulumi has the reason", () => {
    const failure = "The state of the stack dev cannot be read: access denied";
    const { text } = sumUp("failing", { events: [], status: 1, failure });
    expect(text).toContain(failure);
  });

  it("fails for a rule that is broken, whether here or in a policy pack", () => {
    const events = recording("nothing");
    const policyEvent = {
      ...{ message: "<{%fg 1%}>capstone.prod leaves.<{%reset%}>", color: "raw", policyName: "backed-up" },
      ...{ policyPackName: "capstone", policyPackVersion: "1", policyPackVersionTag: "1" },
      enforcementLevel: "mandatory" as const,
    };
    const pack = sumUp("nothing", {
      events: [...events, { sequence: 9999, timestamp: 0, policyEvent }],
      violations: "no graph",
    });
    expect(pack.reasons).toEqual(["1 policy rule is broken"]);
    expect(pack.text).toContain("- backed-up: capstone.prod leaves.");
    expect(sumUp("nothing", { violations: ["tagged: x has no tags.", "y"] }).reasons).toEqual([
      "2 policy rules are broken",
    ]);
    expect(sumUp("nothing", { violations: "no graph" }).text).toContain("**Policy:** not checked: no graph");
  });

  it("stays below what a comment may have, and no text in it ends its fence", () => {
    const sql = `select '\`\`\`\`';\n${"select 1;\n".repeat(20_000)}`;
    const { text } = sumUp("volume-replaced", {
      migrations: [{ name: "0004_long", sql }],
      failure: "x".repeat(90_000),
      status: 1,
    });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("`````sql\n");
    expect(text.match(/… cut here/g)).toHaveLength(2);
  });
});

it("what is gathered besides the events is the program's: its migrations, its rules, its drills", async () => {
  const given: Given = { stack: "dev", target: "docker", status: 0, allowed: [] };
  const facts = await gatherFacts(path.join(recorded, "app-rolled.jsonl"), given);
  // The recorded stack has 0003, and so has whatever this test runs on.
  const newer = readdirSync(path.join(projectRoot, "migrations")).filter(
    (file) => /^\d{4}_/.test(file) && file > "0004",
  );
  expect(facts.migrations.map(({ name }) => `${name}.ts`)).toEqual(newer);
  expect(facts.violations).toEqual([]);
  expect(facts.drills["app-nodes-rolled"]?.passed).toBe(true);
  const elsewhere = await gatherFacts(path.join(recorded, "failing.jsonl"), { ...given, stack: "nosuch" });
  expect(elsewhere.violations).toContain('There is no stack "nosuch"');
}, 120_000);

it("events that were cut off are refused with their line", () => {
  expect(() => parseEvents('{"sequence":0}\n{"sequ')).toThrow("Line 2 of the engine's events is not JSON");
});
