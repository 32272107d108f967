import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { readAlertConditions, readAlertRules } from "../../../../cli/reference/alerts-page.ts";
import { projectRoot } from "../../../../infra/project.ts";

it("every alert rule has its condition in words, and no other", () => {
  const rules: Record<string, number> = {};
  for (const { alert } of readAlertRules()) rules[alert] = (rules[alert] ?? 0) + 1;
  const conditions = Object.entries(readAlertConditions()).map(([alert, lines]) => [alert, lines.length]);
  expect(Object.fromEntries(conditions)).toEqual(rules);
});

// What is written there is held against the rules and the resource graph by pages.test.ts.
it("docs/alerts.md has both targets' alerts, a runbook that is there, and nothing of a template", () => {
  const page = readFileSync(path.join(projectRoot, "docs/alerts.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const named = (name: string) => rows.filter((row) => row.startsWith(`| \`${name}\` `));
  for (const { alert, annotations } of readAlertRules()) {
    const runbook = annotations.runbook.replace("docs/", "");
    expect(named(alert).join("\n"), alert).toContain(`](${runbook})`);
    expect(existsSync(path.join(projectRoot, "docs", runbook)), runbook).toBe(true);
  }
  for (const alarm of [
    "running-tasks",
    "database-replica-lag",
    "events-deployment-failed",
    "zonal-autoshift",
  ])
    expect(named(alarm), alarm).toHaveLength(1);
  expect(rows.join("\n")).not.toMatch(/[{}]|capstone-prod|undefined|NaN/);
});
