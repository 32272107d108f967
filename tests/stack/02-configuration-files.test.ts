import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../infra/project.ts";
import { container, docker, mustSucceed, run } from "./support.ts";

describe("configuration, checked by the program that reads it", () => {
  it.each([1, 2])("haproxy takes its own on proxy %i", async (node) => {
    await docker("exec", container("proxy", node), "haproxy", "-c", "-f", "/etc/capstone/haproxy.cfg");
  });

  it.each([1, 2])("patroni takes its own on database %i", async (node) => {
    const said = await docker(
      ...["exec", container("database", node), "patroni", "--validate-config", "--ignore-listen-port"],
      "/run/patroni/patroni.yml",
    );
    expect(said).toBe("");
  });
});

describe("scripts", () => {
  it("give shellcheck nothing to say", async () => {
    const { stdout } = await mustSucceed(run("git", ["ls-files"]));
    const scripts = stdout
      .split("\n")
      .filter((file) => file !== "" && /^#!(\/usr\/bin\/env bash|\/bin\/(ba)?sh)/.test(firstLine(file)));
    expect(scripts).toEqual(
      expect.arrayContaining(["images/proxy/start-proxy", ".ci/run", "app/health-check"]),
    );
    const image = await docker("build", "--quiet", "images/checks");
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
