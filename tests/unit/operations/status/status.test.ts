import { describe, expect, it } from "vitest";
import type { Role } from "../../../../infra/topology.ts";
import { evaluate } from "../../../../operations/status/evaluate.ts";
import type { PartObservation, StackObservation } from "../../../../operations/status/observation.ts";
import { ago, print } from "../../../../operations/status/print.ts";
import { readBackup } from "../../../../operations/status/probe-backup.ts";
import { readMembers } from "../../../../operations/status/probe-database.ts";
import { readServers } from "../../../../operations/status/probe-traffic.ts";

function part(name: string, state = "running"): PartObservation {
  const [, role = "", node] = /^(.*)-(\d+)$/.exec(name) ?? [];
  return {
    name,
    role: role as Role,
    node: Number(node),
    containerName: `capstone-dev-${name}`,
    state,
    unhealthy: false,
    publishedPorts: {},
  };
}

const names = [
  ...["app-1", "app-2", "edge-1", "proxy-1", "proxy-2", "database-1", "database-2", "alerts-1"],
  ...["consensus-1", "consensus-2", "consensus-3", "object-store-1", "object-store-2", "object-store-3"],
];

/** A healthy stack, with these changes. */
function seen(changes: Partial<StackObservation> = {}, stopped: string[] = []): StackObservation {
  const servers = (backend: string, list: string[]) =>
    list.map((server) => ({ backend, server, up: !stopped.includes(server) }));
  return {
    stack: "dev",
    atMs: Date.parse("2026-01-02T12:00:00Z"),
    parts: names.map((name) => part(name, stopped.includes(name) ? "exited" : "running")),
    traffic: {
      url: "http://127.0.0.1:8080",
      answers: true,
      servers: [
        ...servers("app-once", ["app-1", "app-2"]),
        ...servers("primary", ["database-1", "database-2"]),
        ...servers("object-store", ["object-store-1", "object-store-2", "object-store-3"]),
      ],
    },
    database: {
      members: [
        { name: "database-1", role: "primary", state: "running", timeline: 3, lagBytes: undefined },
        { name: "database-2", role: "synchronous standby", state: "streaming", timeline: 3, lagBytes: 0 },
      ],
      lastFailover: { at: "2026-01-02T10:00:00Z", timeline: 3, newPrimary: "database-1" },
    },
    consensus: ["consensus-1", "consensus-2", "consensus-3"].filter((name) => !stopped.includes(name)),
    objectStore: { status: "healthy", nodes: 3, nodesUp: 3 },
    alerts: [],
    backup: undefined,
    ...changes,
  };
}

describe("the status of a stack", () => {
  it("is healthy when nothing is missing, and says what could be lost", () => {
    const evaluation = evaluate(seen());
    expect(evaluation).toMatchObject({ state: "healthy", failures: [], missing: [] });
    expect(Object.values(evaluation.canLose)).toEqual([true, true, true, true, true]);
    const text = print(seen(), evaluation);
    expect(text).toContain("stack dev: HEALTHY, any one part could be lost now");
    expect(text).toContain("database-2 is synchronous standby, streaming, timeline 3, 0 B behind");
    expect(text).toContain("2 h ago: database-1 became primary, timeline 3");
    expect(text).toContain("none: this stack has no backup container");
  });

  it.each([
    ["app-1", "application node"],
    ["proxy-2", "proxy"],
    ["database-2", "database node"],
    ["consensus-3", "consensus member"],
    ["object-store-2", "object store node"],
  ] as const)("is degraded without %s, and a further %s must not be lost", (name, kind) => {
    const evaluation = evaluate(seen({}, [name]));
    expect(evaluation.state).toBe("degraded");
    expect(evaluation.missing).toContain(`${name} is exited`);
    expect(evaluation.canLose[kind]).toBe(false);
    expect(Object.values(evaluation.canLose).filter((can) => !can)).toHaveLength(1);
    expect(print(seen({}, [name]), evaluation)).toMatch(new RegExp(`must not be lost +an? ${kind}`));
  });

  it("does not believe Patroni about a primary whose container is paused", () => {
    const observation = seen();
    const paused = {
      ...observation,
      parts: observation.parts.map((one) => (one.name === "database-1" ? { ...one, state: "paused" } : one)),
    };
    expect(evaluate(paused)).toMatchObject({ state: "failed" });
    expect(evaluate(paused).failures).toContain("no database node is primary: nothing can be written");
  });

  it("has failed when clients get no answer, or there are two primaries, or no object store", () => {
    const { traffic, database } = seen();
    expect(evaluate(seen({ traffic: { ...traffic, answers: false } })).state).toBe("failed");
    expect(evaluate(seen({ objectStore: undefined })).state).toBe("failed");
    const both = database.members.map((member) => ({
      ...member,
      role: "primary" as const,
      state: "running",
    }));
    expect(
      evaluate(seen({ database: { members: both, lastFailover: undefined } })).failures.join(),
    ).toContain("at once");
  });

  it("notices a container that is gone altogether, and alerts other than news", () => {
    const gone = seen({ parts: names.filter((name) => name !== "consensus-2").map((name) => part(name)) });
    expect(evaluate(gone).missing).toContain("1 of 3 consensus containers are gone");
    const alert = {
      name: "DiskFilling",
      severity: "warning",
      summary: "Full.",
      runbook: "",
      since: "2026-01-02T11:59:00Z",
    };
    expect(evaluate(seen({ alerts: [alert] })).state).toBe("degraded");
    expect(evaluate(seen({ alerts: [{ ...alert, severity: "info" }] })).state).toBe("healthy");
    expect(evaluate(seen({ alerts: undefined })).missing).toContain(
      "Alertmanager does not answer, so alerts are unknown",
    );
  });
});

describe("what parts say", () => {
  it("a primary of its standby, and a standby of how far it is", () => {
    const replication = [{ application_name: "database-2", state: "streaming", sync_state: "sync" }];
    const primary = {
      role: "primary",
      state: "running",
      timeline: 4,
      xlog: { location: 5_000 },
      replication,
    };
    const standby = {
      role: "replica",
      state: "running",
      replication_state: "streaming",
      xlog: { received_location: 4_000 },
    };
    const members = readMembers([
      { name: "database-1", answer: primary },
      { name: "database-2", answer: standby },
      { name: "database-3", answer: undefined },
    ]);
    expect(members).toMatchObject([
      { role: "primary", state: "running", timeline: 4, lagBytes: undefined },
      { role: "synchronous standby", state: "streaming", timeline: 4, lagBytes: 1_000 },
      { role: "unknown", state: "silent" },
    ]);
    const alone = readMembers([{ name: "database-2", answer: standby }]);
    expect(alone).toMatchObject([{ role: "replica", lagBytes: undefined }]);
  });

  it("a proxy of the nodes behind it", () => {
    const metrics = [
      'haproxy_server_status{proxy="app-once",server="app-1",state="DOWN"} 0',
      'haproxy_server_status{proxy="app-once",server="app-1",state="UP"} 1',
      'haproxy_server_status{proxy="app-once",server="app-1-unchecked",state="UP"} 0',
      'haproxy_server_status{proxy="primary",server="database-2",state="UP"} 0',
    ].join("\n");
    expect(readServers(metrics)).toEqual([
      { backend: "app-once", server: "app-1", up: true },
      { backend: "primary", server: "database-2", up: false },
    ]);
  });

  it("a backup of what it made, and of nothing before it did", () => {
    const metrics =
      'capstone_backup_last_success_timestamp_seconds{type="full"} 1767348000\ncapstone_restore_verify_ok 0\n';
    expect(readBackup(metrics)).toMatchObject({
      fullAt: 1_767_348_000,
      incrementalAt: undefined,
      restoreOk: undefined,
    });
    expect(
      readBackup("capstone_restore_verify_ok 0\ncapstone_restore_verify_last_run_timestamp_seconds 5\n")
        .restoreOk,
    ).toBe(false);
  });

  it.each([
    [5_000, "5 s ago"],
    [600_000, "10 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [4 * 86_400_000, "4 days ago"],
  ])("%i ms are %s", (ms, text) => {
    expect(ago(ms)).toBe(text);
  });
});
