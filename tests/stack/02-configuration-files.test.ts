import { describe, expect, it } from "vitest";
import { container, docker } from "./support.ts";

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
