import { globSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotations } from "../../infra/docker/images/metrics/pages/dashboards/definitions/annotations.mjs";
import { dashboards } from "../../infra/docker/images/metrics/pages/dashboards/definitions/dashboards.mjs";
import { Prometheus } from "../../infra/docker/images/metrics/pages/dashboards/prometheus.mjs";
import { address, ranges, timesOf } from "../../infra/docker/images/metrics/pages/dashboards/range.mjs";
import { readPanel } from "../../infra/docker/images/metrics/pages/dashboards/read-panel.mjs";
import { projectRoot } from "../../infra/project.ts";
import { command, container, docker, mustSucceed, readOutputs } from "./support.ts";

let metricsUrl: string;
let dashboardsUrl: string;
/** What Alertmanager posted, oldest first. */
const posted: { alert: string; status: string; atMs: number }[] = [];
let receiver: Server;

/** A webhook as people would have one; the stack's containers reach it at their network's gateway. */
async function startReceiver(): Promise<string> {
  const gateway = await docker(
    ...[
      "network",
      "inspect",
      "--format",
      "{{(index .IPAM.Config 0).Gateway}}",
      "capstone-test-service-network-1",
    ],
  );
  receiver = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      for (const { labels, status } of JSON.parse(text).alerts) {
        posted.push({ alert: labels.alertname, status, atMs: Date.now() });
      }
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, gateway, resolve));
  return `http://${gateway}:${(receiver.address() as AddressInfo).port}/alerts`;
}

beforeAll(async () => {
  const url = await startReceiver();
  await mustSucceed(command("pulumi", ["config", "set", "--secret", "alertWebhookUrl", url]));
  await mustSucceed(command("up"));
  const { monitoring } = await readOutputs();
  metricsUrl = String(monitoring.metricsUrl);
  dashboardsUrl = String(monitoring.dashboardsUrl);
});
afterAll(async () => {
  receiver.close();
  await mustSucceed(command("pulumi", ["config", "rm", "alertWebhookUrl"]));
});

interface Answer<T> {
  data: T;
}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${metricsUrl}/api/v1/${path}`);
  const text = await answer.text();
  expect(answer.status, `${path}: ${text}`).toBe(200);
  return (JSON.parse(text) as Answer<T>).data;
}

async function series(query: string): Promise<unknown[]> {
  const { result } = await ask<{ result: unknown[] }>(`query?query=${encodeURIComponent(query)}`);
  return result;
}

describe("Prometheus", () => {
  it("reaches everything that it is told to ask", async () => {
    const down = async () => {
      const { activeTargets } = await ask<{
        activeTargets: { labels: Record<string, string>; health: string; lastError: string }[];
      }>("targets");
      expect(activeTargets.length).toBeGreaterThanOrEqual(18);
      return activeTargets
        .filter(({ health }) => health !== "up")
        .map(({ labels, health, lastError }) => `${labels.job} ${labels.instance}: ${health} ${lastError}`);
    };
    await expect.poll(down, { timeout: 45_000, interval: 1_000 }).toEqual([]);
    await expect.poll(() => series("pg_up == 1")).toHaveLength(2);
  });

  it("evaluates every rule without an error", async () => {
    const { groups } = await ask<{
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter(({ lastError }) => lastError)).toEqual([]);
  });
});

describe("the dashboards", () => {
  it("are a page at dashboardsUrl that is what the project has, whichever dashboard is asked for", async () => {
    const folder = join(projectRoot, "infra/docker/images/metrics/pages/dashboards");
    const page = readFileSync(join(folder, "index.html"), "utf8");
    for (const search of ["", ...dashboards.map((dashboard) => address(dashboard, ranges[0]))]) {
      const answer = await fetch(`${dashboardsUrl}${search}`);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(await answer.text()).toBe(page);
      // Else a browser keeps it beyond the next release.
      expect(answer.headers.get("last-modified")).toBeNull();
    }
    const files = globSync("**/*.{mjs,js,css}", { cwd: folder });
    expect(files).toContain("uplot/uPlot.esm.js");
    for (const file of files) {
      const answer = await fetch(`${dashboardsUrl}/${file}`);
      // A browser runs a module only as what it is.
      expect(answer.headers.get("content-type"), file).toMatch(/^text\/(javascript|css)/);
      expect(await answer.text(), file).toBe(readFileSync(join(folder, file), "utf8"));
    }
  });

  it("have data for every panel, but for what an idle stack has not", async () => {
    // As the page asks, but for the last minute only: at its own address, over time or for now.
    const prometheus = new Prometheus(new URL("../../", `${dashboardsUrl}/`));
    const withoutBackup = (await series('up{job="backup"}')).length === 0;
    for (const { name, panels } of dashboards) {
      for (const panel of panels) {
        const empty = async () =>
          (await readPanel(prometheus, panel, timesOf({ ...ranges[0], seconds: 60 }, Date.now())))
            .filter((answer) => answer.series.length === 0)
            .map(({ query }) => query.expr);
        const excused = (expr: string) => reasonFor(expr, withoutBackup) !== undefined;
        // A rate is there when its part has been asked twice since it last started.
        const message = `${name}: ${panel.title}`;
        await expect
          .poll(async () => (await empty()).filter((expr) => !excused(expr)), { message })
          .toEqual([]);
        for (const expr of await empty())
          console.log(`no data in ${message}, for this stack ${reasonFor(expr, withoutBackup)}`);
      }
    }
    // A failover or a drill is marked when there is one; the query has to be one all the same.
    for (const { expr } of annotations) await prometheus.query(expr);
  });
});

describe("an application node that dies", () => {
  const status = async () => {
    const { exitCode, stdout } = await command("status", ["--json"]);
    return { exitCode, ...(JSON.parse(stdout) as { state: string; missing: string[] }) };
  };
  const told = (wanted: string) =>
    posted.find(({ alert, status: said }) => alert === "ApplicationNodeDown" && said === wanted);

  it("is told to people and seen in the status, and so is its return", async () => {
    await expect
      .poll(status, { timeout: 120_000, interval: 2_000 })
      .toMatchObject({ exitCode: 0, state: "healthy" });
    const killedMs = Date.now();
    await docker("kill", container("app", 1));
    expect(await status()).toMatchObject({ exitCode: 1, state: "degraded" });
    await expect.poll(() => told("firing"), { timeout: 60_000 }).toBeDefined();
    console.log(`told after ${(Number(told("firing")?.atMs) - killedMs) / 1000} s`);
    await docker("start", container("app", 1));
    const startedMs = Date.now();
    await expect.poll(() => told("resolved"), { timeout: 90_000 }).toBeDefined();
    console.log(`told that it is over after ${(Number(told("resolved")?.atMs) - startedMs) / 1000} s`);
    await expect
      .poll(status, { timeout: 60_000, interval: 1_000 })
      .toMatchObject({ exitCode: 0, state: "healthy" });
  });

  it("is still seen in the status when nobody watches", async () => {
    await docker("pause", container("alerts", 1));
    try {
      const { exitCode, stdout } = await command("status");
      expect(stdout).toContain("Alertmanager does not answer");
      expect(stdout).toMatch(/database +database-\d is primary, running, timeline \d+/);
      expect(exitCode).toBe(1);
    } finally {
      await docker("unpause", container("alerts", 1));
    }
  });
});

/** Why a stack that nothing has happened to has no such figure; undefined where it has to have it. */
function reasonFor(expr: string, withoutBackup: boolean): string | undefined {
  if (!/capstone_(backup|uploads_backup|restore)_/.test(expr)) return undefined;
  if (withoutBackup) return "has no backup";
  if (expr.includes('type="incr"')) return "has made no incremental backup yet";
  return /capstone_(restore|uploads)/.test(expr)
    ? "has verified no restore, or copied no uploads, yet"
    : undefined;
}
