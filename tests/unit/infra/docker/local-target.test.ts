import { beforeAll, describe, expect, it } from "vitest";
import type { ResourceGraph } from "../../../../infra/policy/resource-graph/collect.ts";
import { referencesIn } from "../../../../infra/policy/resource-graph/render.ts";
import { roles } from "../../../../infra/topology.ts";
import {
  containerType,
  jobType,
  labelsOf,
  localGraph,
  networkType,
  ofType,
  readinessType,
  runningContainers,
  volumeType,
} from "./local-graph.ts";

let graph: ResourceGraph;
beforeAll(async () => {
  graph = await localGraph();
});

const named = (name: string) => {
  const found = graph.resources.find((resource) => resource.name === name && resource.type === containerType);
  if (!found) throw new Error(`no container ${name}`);
  return found.inputs;
};

describe("the local target", () => {
  it("runs the parts that the design names, as often as it says", () => {
    const counted = Object.entries(
      Object.groupBy(runningContainers(graph), (container) => String(labelsOf(container)["capstone.role"])),
    ).map(([role, containers]) => [role, containers?.length]);
    expect(Object.fromEntries(counted)).toMatchObject({
      app: 2,
      backup: 1,
      consensus: 3,
      database: 2,
      edge: 1,
      metrics: 1,
      alerts: 1,
      exporter: 2,
      "object-store": 3,
      proxy: 2,
    });
  });

  it("labels and names every container, network and volume after its stack, role and node", () => {
    const parts = [containerType, networkType, volumeType].flatMap((type) => ofType(graph, type));
    expect(parts.length).toBeGreaterThan(20);
    for (const part of parts) {
      const labels = labelsOf(part);
      expect(labels["capstone.stack"]).toBe("dev");
      expect(roles).toContain(labels["capstone.role"]);
      expect(part.inputs.name).toBe(
        `capstone-dev-${labels["capstone.role"]}-${labels["capstone.node"] ?? 1}`,
      );
    }
  });

  it.each([
    ["an own user", (inputs: Inputs) => expect(inputs.user).toMatch(/^100\d\d:100\d\d$/)],
    ["no capability", (inputs: Inputs) => expect(inputs.capabilities).toEqual({ drops: ["ALL"] })],
    [
      "no way to new privileges",
      (inputs: Inputs) => expect(inputs.securityOpts).toEqual(["no-new-privileges:true"]),
    ],
    ["a read-only root", (inputs: Inputs) => expect(inputs.readOnly).toBe(true)],
    ["no privileges", (inputs: Inputs) => expect(inputs.privileged).toBeUndefined()],
    [
      "a memory limit without swap",
      (inputs: Inputs) => {
        expect(inputs.memory).toBeGreaterThan(0);
        expect(inputs.memorySwap).toBe(inputs.memory);
      },
    ],
    [
      "bounded logs",
      (inputs: Inputs) => expect(inputs.logOpts).toMatchObject({ "max-size": "10m", "max-file": "3" }),
    ],
    ["a restart policy", (inputs: Inputs) => expect(inputs.restart).toBe("unless-stopped")],
    [
      "a health check",
      (inputs: Inputs) => {
        expect(inputs.healthcheck).toMatchObject({ tests: expect.arrayContaining(["CMD"]) });
      },
    ],
    [
      "time to shut down",
      (inputs: Inputs) => {
        expect(inputs.stopTimeout).toBeGreaterThan(0);
        expect(inputs.destroyGraceSeconds).toBe(inputs.stopTimeout);
      },
    ],
  ])("gives every running container %s", (_, check) => {
    for (const container of runningContainers(graph)) check(container.inputs);
  });

  it("prefers what decides a failover on a busy machine, and gives vanished object store nodes up soon", () => {
    const shares = (name: string) => named(name).cpuShares;
    for (const name of ["database-1", "database-2", "consensus-3", "edge-1", "proxy-2"]) {
      expect(shares(name), name).toBe(4096);
    }
    expect(shares("app-1")).toBeUndefined();
    expect(named("object-store-2").sysctls).toEqual({ "net.ipv4.tcp_retries2": "1" });
  });

  it("publishes ports of the edge and of those who watch alone, and on 127.0.0.1 alone", () => {
    const publishing = ofType(graph, containerType).filter(
      (c) => ((c.inputs.ports as unknown[]) ?? []).length > 0,
    );
    expect(publishing.map((container) => container.name)).toEqual(["alerts-1", "edge-1", "metrics-1"]);
    expect(named("metrics-1").ports).toEqual([
      { internal: 9090, external: 19090, ip: "127.0.0.1", protocol: "tcp" },
    ]);
    expect(named("alerts-1").ports).toEqual([
      { internal: 9093, external: 19093, ip: "127.0.0.1", protocol: "tcp" },
    ]);
    expect(named("edge-1").ports).toEqual([
      { internal: 3900, external: 13900, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 5432, external: 15432, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 5433, external: 15433, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 8080, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
    ]);
  });

  it("keeps every secret out of environments, arguments and labels", () => {
    for (const { name, inputs } of ofType(graph, containerType)) {
      for (const property of ["envs", "command", "entrypoints", "labels", "healthcheck"]) {
        const text = JSON.stringify(inputs[property] ?? null);
        expect(text, `${name}.${property}`).not.toContain("[secret]");
        expect(
          referencesIn(inputs[property] ?? null)
            .map((found) => found.identity)
            .join(),
          `${name}.${property}`,
        ).not.toMatch(/random:/);
      }
    }
    for (const { name, inputs } of ofType(graph, jobType)) {
      expect(JSON.stringify(inputs), name).not.toContain("[secret]");
    }
  });

  it("delivers secrets as files that only their reader can read, through containers that never start", () => {
    const writers = ofType(graph, containerType).filter((container) => container.inputs.start === false);
    expect(writers.map((writer) => writer.name).sort()).toEqual([
      "alerts-secrets-writer",
      "app-secrets-writer",
      "backup-secrets-writer",
      "database-secrets-writer",
      "exporter-secrets-writer",
      "metrics-secrets-writer",
      "migration-secrets-writer",
      "object-store-secrets-writer",
    ]);
    const owners: Record<string, string> = {
      "alerts-secrets-writer": "10012",
      "app-secrets-writer": "10001",
      "backup-secrets-writer": "10003",
      "database-secrets-writer": "10003",
      "exporter-secrets-writer": "10013",
      "metrics-secrets-writer": "10011",
      "migration-secrets-writer": "10001",
      "object-store-secrets-writer": "10005",
    };
    for (const writer of writers) {
      expect(writer.inputs).toMatchObject({ start: false, mustRun: false, networkMode: "none" });
      // Secret inputs reach the engine as one secret: no content is in the state's plain text.
      expect(writer.inputs.uploads).toSatisfy(
        (uploads: unknown) =>
          uploads === "[secret]" ||
          (uploads as { owner: string; permissions: string }[]).every(
            (file) => file.permissions === "0400" && file.owner === owners[writer.name],
          ),
      );
    }
    for (const container of runningContainers(graph)) {
      const secretMounts = (
        (container.inputs.volumes ?? []) as { containerPath: string; readOnly?: boolean }[]
      ).filter((volume) => volume.containerPath === "/run/secrets");
      for (const mount of secretMounts) expect(mount.readOnly).toBe(true);
    }
  });

  it("takes no value from what carries the files, so that new settings make no container anew", () => {
    for (const { name, inputs } of [...runningContainers(graph), ...ofType(graph, jobType)]) {
      expect(
        referencesIn(inputs).filter(({ identity }) => identity.endsWith("-writer")),
        name,
      ).toEqual([]);
    }
  });

  it("protects the volumes that hold data and the passwords that they know", () => {
    const data = ofType(graph, volumeType).filter((volume) => volume.name.includes("-data-"));
    expect(data).toHaveLength(11);
    for (const volume of data) expect(volume.protect, volume.name).toBe(true);
    for (const password of ofType(graph, "random:index/randomPassword:RandomPassword")) {
      // The key of a generation that is over goes; no data depends on it.
      const rotates = password.name.startsWith("signingKey");
      expect(password.protect, password.name).toBe(rotates ? undefined : true);
    }
  });

  it("lets only neighbours talk", () => {
    const joined = (name: string) =>
      ((named(name).networksAdvanced ?? []) as { name: string }[]).map(({ name: network }) =>
        String(network).replace(/.*\.([a-z]+)-network.*/, "$1"),
      );
    expect(joined("app-1")).toEqual(["service"]);
    expect(joined("edge-1")).toEqual(["service", "data"]);
    expect(joined("database-1")).toEqual(["data", "cluster"]);
    expect(joined("backup-1")).toEqual(["data"]);
    expect(joined("object-store-1")).toEqual(["data"]);
    expect(joined("consensus-1")).toEqual(["cluster"]);
    expect(joined("proxy-2")).toEqual(["service", "data"]);
    // Who watches asks all of them, and nobody asks it.
    expect(joined("metrics-1")).toEqual(["service", "data", "cluster"]);
    expect(joined("alerts-1")).toEqual(["service"]);
    expect(joined("exporter-1")).toEqual(["data"]);
  });

  it("replaces parts of one role one after another, and the application after its migration", () => {
    const waitsFor = (name: string) =>
      graph.resources.find((resource) => resource.name === name)?.dependencies.join(" ") ?? "";
    expect(waitsFor("app-2")).toContain(`${readinessType}.app-1-ready`);
    expect(waitsFor("app-1")).toContain("migration");
    expect(waitsFor("database-2")).toContain(`${readinessType}.database-1-ready`);
    expect(waitsFor("consensus-3")).toContain(`${readinessType}.consensus-2-ready`);
    expect(waitsFor("object-store-2")).toContain(`${readinessType}.object-store-1-ready`);
    expect(waitsFor("proxy-2")).toContain(`${readinessType}.proxy-1-ready`);
  });

  it("refers to nothing that is not there", () => {
    const known = new Set(graph.resources.map((resource) => `${resource.type}.${resource.name}`));
    const dangling = graph.resources.flatMap((resource) =>
      referencesIn(resource.inputs).filter(({ identity }) => !known.has(identity)),
    );
    expect(dangling).toEqual([]);
  });

  it("follows the counts in config", async () => {
    const more = await localGraph({ appNodes: "4", databaseNodes: "3", httpPort: "9090" });
    const names = runningContainers(more).map((container) => container.name);
    expect(names).toEqual(expect.arrayContaining(["app-4", "database-3"]));
    expect(more.outputs.apiUrl).toBe("http://127.0.0.1:9090");
    expect(more.outputs.appNodes).toHaveLength(4);
  });

  it("tells every node whose pages may use it, and where traces go", async () => {
    const origins = "https://app.example.com http://localhost:5173";
    const tracesUrl = "http://collector:4318/v1/traces";
    const { resources } = await localGraph({ corsOrigins: origins, tracesUrl });
    for (const name of ["app-1", "app-2"]) {
      const node = resources.find((resource) => resource.name === name && resource.type === containerType);
      expect(JSON.stringify(node?.inputs)).toContain(`CORS_ORIGINS=${origins}`);
      expect(JSON.stringify(node?.inputs)).toContain(`TRACES_URL=${tracesUrl}`);
    }
    expect(JSON.stringify(named("app-1"))).not.toMatch(/CORS_ORIGINS|TRACES_URL/);
  });
});

type Inputs = Record<string, unknown>;
