import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { leaseSeconds } from "../../infra/docker/cluster-settings.ts";
import { annotations } from "../../infra/docker/images/metrics/pages/dashboards/definitions/annotations.mjs";
import { dashboards } from "../../infra/docker/images/metrics/pages/dashboards/definitions/dashboards.mjs";
import { projectRoot } from "../../infra/project.ts";
import { container, docker, mustSucceed, run } from "./support.ts";

describe.concurrent("configuration, checked by the program that reads it", () => {
  it.each([1, 2])("haproxy takes its own on proxy %i", async (node) => {
    await docker("exec", container("proxy", node), "haproxy", "-c", "-f", "/run/proxy/haproxy.cfg");
  });

  it.each([1, 2])("patroni takes its own on database %i", async (node) => {
    // All but the lease, of which its check knows no less than 20 s.
    const check = `sed -E 's/"ttl": ?[0-9]+/"ttl": 20/' /run/patroni/patroni.yml >/run/patroni/check.yml
      patroni --validate-config --ignore-listen-port /run/patroni/check.yml; code=$?; rm /run/patroni/check.yml; exit $code`;
    expect(await docker("exec", container("database", node), "sh", "-c", check)).toBe("");
  });

  it("the leader lease in consensus is as long as cluster-settings.yml says", async () => {
    const etcdctl = (...args: string[]) =>
      docker("exec", container("consensus", 1), "etcdctl", ...args, "--write-out", "fields");
    const key = await etcdctl("get", "/service/capstone/leader");
    const lease = BigInt(/^"Lease" : (\d+)$/m.exec(key)?.[1] ?? 0).toString(16);
    expect((await etcdctl("lease", "timetolive", lease)).split("\n")).toContain(
      `"GrantedTTL" : ${leaseSeconds}`,
    );
  });

  it("patroni finds a member that came back with another address", async () => {
    const script = `
import runpy, socket, time
runpy.run_path("/usr/local/bin/run-patroni")
from patroni.dcs.etcd import DnsCachingResolver
resolver = DnsCachingResolver()
addresses = iter(["10.0.0.1", "10.0.0.2", None])
def answer(*asked):
    address = next(addresses)
    if address is None: raise socket.gaierror("no such name")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 8008))]
socket.getaddrinfo = answer
for _ in range(3):
    print(resolver.resolve("database-1.cluster", 8008)[0][4][0], end=" ", flush=True)
    time.sleep(2.2)
`;
    const said = await docker("exec", container("database", 1), "python3", "-c", script);
    expect(said.split("\n").at(-1)?.trim()).toBe("10.0.0.1 10.0.0.2 10.0.0.2");
  });
});

describe.concurrent("who watches", () => {
  // Bounded: promtool once ran away with a test file that asked for a year.
  const bounded = [
    "run",
    "--rm",
    "--network=none",
    "--memory=512m",
    "--memory-swap=512m",
    "--entrypoint=timeout",
  ];
  const imageOf = (role: string) => docker("inspect", "--format", "{{.Image}}", container(role, 1));

  it("prometheus takes its own configuration and rules", async () => {
    const said = await docker(
      ...["exec", container("metrics", 1), "promtool", "check", "config", "/etc/capstone/prometheus.yml"],
    );
    expect(said).not.toContain("FAILED");
    expect(said.match(/rules found/g)?.length).toBeGreaterThanOrEqual(6);
  });

  it("every rule does what its test says", async () => {
    const tests = readdirSync(`${projectRoot}/tests/rules`).map((file) => `/project/tests/rules/${file}`);
    const command = ["300", "promtool", "test", "rules", ...tests];
    const project = `--volume=${projectRoot}:/project:ro`;
    const { stdout: said } = await mustSucceed(
      run("docker", [...bounded, project, await imageOf("metrics"), ...command], { timeoutMs: 330_000 }),
    );
    expect(said.match(/SUCCESS/g)).toHaveLength(tests.length);
  });

  it("promtool takes every query of the dashboards", async () => {
    const queries = [
      ...dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries)),
      ...annotations,
    ];
    // It parses PromQL as rules; JSON is YAML.
    const rules = queries.map(({ expr }, index) => ({ record: `query:${index}`, expr }));
    const file = JSON.stringify({ groups: [{ name: "dashboards", rules }] });
    const check = 'printf %s "$RULES" | promtool check rules /dev/stdin';
    const command = [await imageOf("metrics"), "60", "sh", "-c", check];
    expect(await docker(...bounded, `--env=RULES=${file}`, ...command)).toContain(
      `SUCCESS: ${queries.length} rules found`,
    );
  });

  it.each(["", "webhook", "slack", "email", "webhook slack email"])(
    "alertmanager takes its configuration with the receivers '%s'",
    async (receivers) => {
      const mail = {
        EMAIL_TO: "a@example.com",
        EMAIL_FROM: "b@example.com",
        EMAIL_SMTP: "mail:25",
        EMAIL_TLS: "true",
      };
      const environment = Object.entries({ ...mail, EMAIL_USER: "u", RECEIVERS: receivers });
      const said = await docker(
        ...bounded,
        ...environment.map(([name, value]) => `--env=${name}=${value}`),
        "--tmpfs=/run/alerts:mode=0777",
        await imageOf("alerts"),
        ...[
          "30",
          "sh",
          "-c",
          "render-alerts >/run/alerts/all.yml && amtool check-config /run/alerts/all.yml",
        ],
      );
      expect(said).toContain("SUCCESS");
      expect(said).toContain("1 receivers");
    },
  );
});

describe("scripts", () => {
  it("give shellcheck nothing to say", async () => {
    const { stdout } = await mustSucceed(run("git", ["ls-files"]));
    const scripts = stdout
      .split("\n")
      .filter((file) => file !== "" && /^#!(\/usr\/bin\/env bash|\/bin\/(ba)?sh)/.test(firstLine(file)));
    expect(scripts).toEqual(
      expect.arrayContaining(["infra/docker/images/proxy/start-proxy", ".ci/run", "app/health-check"]),
    );
    const image = await docker("build", "--quiet", "infra/docker/images/checks");
    await docker(
      "run",
      "--rm",
      `--volume=${projectRoot}:/project:ro`,
      image.split("\n").at(-1) ?? "",
      ...scripts,
    );
  });
});

function firstLine(file: string): string {
  return readFileSync(`${projectRoot}/${file}`, "utf8").slice(0, 40);
}
