import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../../cli/command-line/commands.mjs";
import { readCommandLine } from "../../../cli/command-line/read.mjs";
import { alertDocument, alertSections, readAlertResults } from "../../../drills/alerts/alert-results.ts";
import { AlertWatch } from "../../../drills/alerts/alert-watch.ts";
import { expectedAlerts } from "../../../drills/alerts/expected-alerts.ts";
import { loadDrills } from "../../../drills/registry.ts";
import { fillMarkers } from "../../../drills/report/markdown.ts";
import { readCommand } from "../../../drills/run/options.ts";
import { projectRoot } from "../../../infra/project.ts";
import { readBlocks, scriptOf } from "../../../operations/runbooks/blocks.ts";

describe("drills that wait for their alert", () => {
  it("name drills and alerts that there are", async () => {
    const drills = await loadDrills();
    const folder = join(projectRoot, "infra/docker/images/metrics/rules");
    const rules = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join();
    for (const [drill, { alert }] of Object.entries(expectedAlerts)) {
      expect(drills.has(drill), drill).toBe(true);
      if (alert !== null) expect(rules).toContain(`alert: ${alert}\n`);
    }
    expect(readCommand(readCommandLine(commands.drill, ["--alerts", "primary-paused"]), 1)).toMatchObject({
      alerts: true,
      names: ["primary-paused"],
    });
  });

  it("see an alert come and go", async () => {
    let firing: string[] = [];
    const server = createServer((_request, response) => {
      const alerts = firing.map((alertname) => ({ labels: { alertname }, annotations: {}, startsAt: "" }));
      response.end(JSON.stringify(alerts));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const watch = new AlertWatch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      expect(await watch.until(() => watch.quiet, 30_000)).toBe(true);
      expect(await watch.until(() => watch.fires("NoPrimary"), 300)).toBe(false);
      firing = ["NoPrimary"];
      expect(await watch.until(() => watch.fires("NoPrimary"), 30_000)).toBe(true);
      firing = [];
      expect(watch.quiet).toBe(false);
      expect(await watch.until(() => watch.quiet, 30_000)).toBe(true);
      const seen = watch.seen.get("NoPrimary");
      expect(seen?.clearedMs).toBeGreaterThan(seen?.firstMs ?? Number.POSITIVE_INFINITY);
    } finally {
      await watch.stop();
      server.close();
    }
  });

  it("wrote the table that is in the document", () => {
    const text = readFileSync(join(projectRoot, alertDocument), "utf8");
    expect(text).toContain("<!-- alert-drills -->");
    expect(text).toBe(fillMarkers(text, alertSections(readAlertResults())));
  });
});

describe("runbooks", () => {
  const folder = join(projectRoot, "docs/runbooks");

  it("run their rehearsal first, then every step, and stop where one fails", () => {
    const blocks = readBlocks(
      [
        "# Title",
        "```sh",
        "step one",
        "```",
        "## Later",
        "```sh rehearsal",
        "break it",
        "```",
        "```",
        "not run",
        "```",
      ].join("\n"),
    );
    expect(blocks).toEqual([
      { kind: "step", heading: "Title", commands: "step one" },
      { kind: "rehearsal", heading: "Later", commands: "break it" },
    ]);
    const script = scriptOf(blocks);
    expect(script.indexOf("break it")).toBeLessThan(script.indexOf("step one"));
    expect(script).toMatch(/^set -euo pipefail/);
    expect(script).not.toContain("not run");
  });

  it("are all in the index", () => {
    const index = readFileSync(join(folder, "README.md"), "utf8");
    for (const file of readdirSync(folder).filter((name) => name !== "README.md")) {
      expect(index).toContain(`](${file})`);
    }
  });
});
