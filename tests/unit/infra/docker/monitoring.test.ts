import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ownServiceFolder, readService } from "../../../../infra/configuration/service.ts";
import { leaseSeconds } from "../../../../infra/docker/cluster-settings.ts";
import { scrapeTargets } from "../../../../infra/docker/monitoring/scrape-targets.ts";
import { projectRoot } from "../../../../infra/project.ts";
import { localGraph, readinessType, runningContainers } from "./local-graph.ts";

const rulesFolder = join(projectRoot, "infra/docker/images/metrics/rules");
const ruleFiles = readdirSync(rulesFolder);
const alerts = ruleFiles.flatMap((file) => {
  const { groups } = parse(readFileSync(join(rulesFolder, file), "utf8")) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
});

describe("those who watch", () => {
  it("take a node that is out of touch for longer than a lease for one that cannot take over", () => {
    const rule = readFileSync(join(rulesFolder, "database.yml"), "utf8");
    expect(rule).toContain(
      `patroni_dcs_last_seen) and on(instance) (patroni_primary == 1 or patroni_sync_standby == 1)) > ${leaseSeconds})`,
    );
  });

  it("are not needed by anything of the service, and none is waited for", async () => {
    const { resources } = await localGraph();
    const watching = /\.(metrics|alerts|exporter|dashboards)-\d/;
    const dependent = resources.filter(({ dependencies }) =>
      dependencies.some((name) => watching.test(name)),
    );
    expect(dependent.map(({ name }) => name)).toEqual([]);
    const awaited = resources.filter(({ type }) => type === readinessType).map(({ name }) => name);
    expect(awaited.filter((name) => /^(metrics|alerts|exporter)/.test(name))).toEqual([]);
    const containers = resources.filter(({ name }) => /^(metrics|alerts|exporter)-\d$/.test(name));
    expect(containers).toHaveLength(4);
    for (const { inputs, dependencies } of containers) {
      expect(inputs.mustRun).toBe(false);
      expect((inputs.healthcheck as { interval: string }).interval).toBe("30s");
      // A stack that is being made raises no alert.
      expect(dependencies.join(" ")).toContain("migration");
    }
  });

  it("can be left out, and their addresses are null then", async () => {
    const { resources, outputs } = await localGraph({ monitoring: "false" });
    expect(runningContainers({ resources, outputs }).map(({ name }) => name)).not.toContain("metrics-1");
    expect(outputs.monitoring).toEqual({ metricsUrl: null, alertsUrl: null, dashboardsUrl: null });
    expect((await localGraph({ metricsPort: "9999" })).outputs.monitoring).toEqual({
      metricsUrl: "http://127.0.0.1:9999",
      alertsUrl: "http://127.0.0.1:19093",
      dashboardsUrl: "http://127.0.0.1:9999/user/dashboards",
    });
  });

  it("show dashboards by Prometheus, and by Grafana where it is wanted", async () => {
    const graph = await localGraph();
    expect(graph.outputs.monitoring).toMatchObject({
      dashboardsUrl: "http://127.0.0.1:19090/user/dashboards",
    });
    expect(runningContainers(graph).map(({ name }) => name)).not.toContain("dashboards-1");
    const withGrafana = await localGraph({ dashboards: "true" });
    expect(withGrafana.outputs.monitoring).toMatchObject({ dashboardsUrl: "http://127.0.0.1:13000" });
    expect(runningContainers(withGrafana).map(({ name }) => name)).toContain("dashboards-1");
  });

  it("tell whom config names, by files and never in the environment", async () => {
    const { resources } = await localGraph({
      alertWebhookUrl: "https://hooks.example.com/secret-part",
      alarmEmail: "operators@example.com",
      smtpServer: "mail.example.com:587",
      smtpUser: "capstone",
      smtpPassword: "a mail password",
    });
    const container = resources.find(({ name }) => name === "alerts-1");
    expect(container?.inputs.envs).toEqual(
      expect.arrayContaining(["RECEIVERS=webhook email", "EMAIL_FROM=operators@example.com"]),
    );
    expect(JSON.stringify(container?.inputs)).not.toMatch(/secret-part|a mail password/);
  });

  it.each([
    [{ smtpServer: "mail.example.com:25" }, "capstone:alarmEmail is not; both are needed"],
    [{ smtpServer: "nowhere" }, 'capstone:smtpServer is "nowhere"; allowed is HOST:PORT'],
    [{ smtpUser: "capstone" }, "belong together; only one of them is set"],
    [{ metricsPort: "8080" }, "every port must be its own"],
    [{ metricsRetentionDays: "0" }, "from 1 to 90"],
  ])("refuse %j with a sentence", async (config, sentence) => {
    await expect(localGraph(config as Record<string, string>)).rejects.toThrow(sentence);
  });

  it("ask every part, and a backup from when there is one", () => {
    const parts = { appNodes: 3, databaseNodes: 2 };
    const service = readService(ownServiceFolder);
    const targets = (backup: boolean) => scrapeTargets({ ...parts, backup, service });
    expect(JSON.parse(targets(false)["app-targets.json"] ?? "")).toHaveLength(3);
    expect(targets(false)["backup-targets.json"]).toBe("[]");
    expect(targets(true)["backup-targets.json"]).toContain("backup-1:9101");
    const asked = readFileSync(join(projectRoot, "infra/docker/images/metrics/prometheus.yml"), "utf8");
    for (const file of Object.keys(targets(false))) expect(asked).toContain(`/run/secrets/${file}`);
  });
});

describe("every alert", () => {
  it("has a severity, a sentence for people, and a runbook that is there", () => {
    expect(alerts.length).toBeGreaterThan(25);
    for (const { alert, labels, annotations } of alerts) {
      expect(labels?.severity, alert).toMatch(/^(critical|warning|info)$/);
      expect(annotations?.summary, alert).toMatch(/^[A-Z{].{20,160}\.$/);
      expect(
        existsSync(join(projectRoot, annotations?.runbook ?? "?")),
        `${alert}: ${annotations?.runbook}`,
      ).toBe(true);
    }
  });

  it("has a test of its rule that sees it fire, and one that sees it silent", () => {
    const folder = join(projectRoot, "tests/rules");
    const cases = readdirSync(folder).flatMap((file) => {
      const { tests } = parse(readFileSync(join(folder, file), "utf8")) as { tests: RuleTest[] };
      return tests.flatMap(({ alert_rule_test: looks }) => looks ?? []);
    });
    for (const file of ruleFiles) {
      const text = readFileSync(join(rulesFolder, file), "utf8");
      for (const [, name] of text.matchAll(/alert: (\w+)/g)) {
        const mine = cases.filter(({ alertname }) => alertname === name);
        expect(
          mine.some(({ exp_alerts: expected }) => (expected ?? []).length > 0),
          `${name} fires`,
        ).toBe(true);
        expect(
          mine.some(({ exp_alerts: expected }) => (expected ?? []).length === 0),
          `${name} silent`,
        ).toBe(true);
      }
    }
  });
});

interface RuleTest {
  alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[];
}

interface Rule {
  alert?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
