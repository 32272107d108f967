import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../../operations/status/evaluate.ts";
import { takeoverObstacles } from "../../../../operations/status/evaluate-takeover.ts";
import type { StackObservation, WatcherObservation } from "../../../../operations/status/observation.ts";
import { ago, print } from "../../../../operations/status/print.ts";
import { reasonNotRun } from "../../../../operations/status/probe.ts";
import { readBackup } from "../../../../operations/status/probe-backup.ts";
import { readMembers } from "../../../../operations/status/probe-database.ts";
import { beginsSession } from "../../../../operations/status/probe-sessions.ts";
import { readHealth, seesQuorum, worst } from "../../../../operations/status/probe-stores.ts";
import { healthOf, readServers } from "../../../../operations/status/probe-traffic.ts";
import { readWatcher } from "../../../../operations/status/probe-watcher.ts";
import { aboutTheDeployment } from "../../../../operations/status/settle.ts";
import { healthyStack, names, now, part, sound } from "./healthy-stack.ts";

type Recorded = NonNullable<StackObservation["database"]["recorded"]>;
function record(changes: Partial<Recorded>): Recorded {
  return { leader: "database-1", synchronousStandbys: ["database-2"], paused: false, ...changes };
}

/** This node's Patroni last reached consensus six seconds ago. */
function outOfTouch(node: string): StackObservation["database"]["members"] {
  return healthyStack().database.members.map((member) =>
    member.name === node ? { ...member, consensusSeenAt: now / 1_000 - 6 } : member,
  );
}

/** A healthy stack but for what this node's watcher says. */
function watched(node: string, watcher: WatcherObservation | undefined): StackObservation {
  const { database } = healthyStack();
  const members = database.members.map((member) => (member.name === node ? { ...member, watcher } : member));
  return healthyStack({ database: { ...database, members } });
}

describe("the status of a stack", () => {
  it("is healthy when nothing is missing, and says what could be lost", () => {
    const evaluation = evaluate(healthyStack());
    expect(evaluation).toMatchObject({ state: "healthy", failures: [], missing: [] });
    expect(Object.values(evaluation.canLose)).toEqual([true, true, true, true, true]);
    const text = print(healthyStack(), evaluation);
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
    const evaluation = evaluate(healthyStack({}, [name]));
    expect(evaluation.state).toBe("degraded");
    expect(evaluation.missing).toContain(`${name} is exited`);
    expect(evaluation.canLose[kind]).toBe(false);
    expect(Object.values(evaluation.canLose).filter((can) => !can)).toHaveLength(1);
    expect(print(healthyStack({}, [name]), evaluation)).toMatch(new RegExp(`must not be lost +an? ${kind}`));
  });

  it.each([
    ["app-2", "application node"],
    ["proxy-1", "proxy"],
    ["database-1", "database node"],
    ["object-store-3", "object store node"],
  ] as const)(
    "does not call a further %s losable while one is cut off, whatever it says itself",
    (name, kind) => {
      const { parts } = healthyStack();
      const observation = healthyStack({
        parts: parts.map((one) => (one.name === name ? { ...one, networks: [] } : one)),
      });
      const evaluation = evaluate(observation);
      expect(evaluation.missing).toEqual([
        `${name} is not on capstone-dev-${name.replace(/-\d$/, "")}-network-1`,
      ]);
      expect(evaluation.canLose[kind]).toBe(false);
    },
  );

  it("believes no proxy about an application node that does not answer", () => {
    const { traffic } = healthyStack();
    const evaluation = evaluate(healthyStack({ traffic: { ...traffic, readyNodes: ["app-1"] } }));
    expect(evaluation.missing).toEqual(["app-2 does not pass its health check"]);
    expect(evaluation.canLose["application node"]).toBe(false);
  });

  it("does not believe Patroni about a primary whose container is paused", () => {
    const observation = healthyStack();
    const paused = {
      ...observation,
      parts: observation.parts.map((one) => (one.name === "database-1" ? { ...one, state: "paused" } : one)),
    };
    expect(evaluate(paused)).toMatchObject({ state: "failed" });
    expect(evaluate(paused).failures).toContain("no database node is primary: nothing can be written");
  });

  it("has failed when no proxy reaches the primary, whatever consensus sees", () => {
    const { traffic } = healthyStack();
    const servers = traffic.servers?.map((one) => (one.backend === "primary" ? { ...one, up: false } : one));
    const { state, failures } = evaluate(healthyStack({ traffic: { ...traffic, servers } }));
    expect(state).toBe("failed");
    expect(failures).toEqual([
      "the proxies do not reach database-1, the primary: nothing can be read or written",
    ]);
  });

  it("has failed when clients get no answer, or there are two primaries, or no object store", () => {
    const { traffic, database } = healthyStack();
    const unanswered = evaluate(healthyStack({ traffic: { ...traffic, answers: false } }));
    expect(unanswered.state).toBe("failed");
    expect(Object.values(unanswered.canLose)).toEqual([false, false, false, false, false]);
    expect(evaluate(healthyStack({ objectStore: undefined })).state).toBe("failed");
    const both = database.members.map((member) => ({
      ...member,
      role: "primary" as const,
      state: "running",
    }));
    expect(evaluate(healthyStack({ database: { ...database, members: both } })).failures.join()).toContain(
      "at once",
    );
  });

  it.each<[string, Partial<StackObservation["database"]>, Partial<StackObservation>]>([
    ["consensus has recorded no leader", { recorded: record({ leader: undefined }) }, {}],
    ["consensus has recorded database-2 as leader", { recorded: record({ leader: "database-2" }) }, {}],
    ["consensus has recorded no synchronous standby", { recorded: record({ synchronousStandbys: [] }) }, {}],
    ["Patroni is paused", { recorded: record({ paused: true }) }, {}],
    ["no database node can read in consensus who leads", { recorded: undefined }, {}],
    ["consensus has no quorum", {}, { consensus: ["consensus-1"] }],
    ["database-1 reached consensus more than", { members: outOfTouch("database-1") }, {}],
    ["database-2 reached consensus more than", { members: outOfTouch("database-2") }, {}],
  ])("calls no database node losable while %s", (obstacle, database, changes) => {
    const healthy = healthyStack();
    const observation = healthyStack({ ...changes, database: { ...healthy.database, ...database } });
    const evaluation = evaluate(observation);
    expect(evaluation.canLose["database node"]).toBe(false);
    expect(evaluation.state).toBe("degraded");
    expect(evaluation.missing.join("; ")).toContain(obstacle);
    expect(print(observation, evaluation)).toMatch(/must not be lost .*a database node/);
  });

  it.each<[string, string, WatcherObservation | undefined]>([
    ["the disk of database-2 has 3 damaged blocks", "database-2", { ...sound, damagedBlocks: 3 }],
    ["database-2 is broken and cannot be made anew", "database-2", { ...sound, cannotBeMended: true }],
    ["the watcher of database-2 was not asked", "database-2", undefined],
  ])("calls no standby a partner of which it knows that %s", (sentence, node, watcher) => {
    const observation = watched(node, watcher);
    expect(takeoverObstacles(observation).join()).toContain(sentence);
    const evaluation = evaluate(observation);
    expect(evaluation).toMatchObject({ state: "degraded", canLose: { "database node": false } });
    expect(evaluation.missing.filter((one) => one.includes(sentence))).toHaveLength(1);
    expect(print(observation, evaluation)).toMatch(new RegExp(`takeover +${sentence}`));
  });

  it.each(["database-1", "database-2"])(
    "calls no database node losable while %s begins no sessions",
    (node) => {
      const { database } = healthyStack();
      const members = database.members.map((one) =>
        one.name === node ? { ...one, beginsSessions: false } : one,
      );
      const evaluation = evaluate(healthyStack({ database: { ...database, members } }));
      expect(evaluation.missing).toEqual([`Postgres on ${node} does not answer new clients`]);
      expect(evaluation.canLose["database node"]).toBe(false);
    },
  );

  it("lets a sound standby take over from a damaged primary, and calls neither losable", () => {
    const observation = watched("database-1", { ...sound, damagedBlocks: 1 });
    expect(takeoverObstacles(observation)).toEqual([]);
    const evaluation = evaluate(observation);
    expect(evaluation.canLose["database node"]).toBe(false);
    expect(evaluation.missing).toEqual(["the disk of database-1 has 1 damaged block"]);
    expect(print(observation, evaluation)).toContain("timeline 3, 1 DAMAGED BLOCK");
  });

  it("says how old the last check of the pages is, and for hours that a node was made anew", () => {
    const text = (watcher: WatcherObservation) => {
      const observation = watched("database-2", watcher);
      expect(evaluate(observation).state).toBe("healthy");
      return print(observation, evaluate(observation));
    };
    expect(text(sound)).toContain("0 B behind, pages sound 40 s ago");
    expect(text(sound)).not.toContain("the last hours");
    expect(text({ ...sound, pagesCheckedAt: undefined })).toContain("0 B behind, pages not all checked yet");
    const remade = text({ ...sound, remadeAt: now / 1_000 - 1_200 });
    expect(remade).toMatch(/the last hours +database-2 was made anew from the primary 20 min ago/);
    expect(text({ ...sound, remadeAt: now / 1_000 - 7 * 3_600 })).not.toContain("the last hours");
  });

  it("tells what could not be asked from what is down", () => {
    const notAsked = Object.fromEntries(
      names.filter((name) => /store|consensus/.test(name)).map((name) => [name, "the disk is full"]),
    );
    const evaluation = evaluate(healthyStack({ notAsked, objectStore: undefined, consensus: [] }));
    expect(evaluation.state).toBe("degraded");
    expect(evaluation.failures).toEqual([]);
    expect(evaluation.missing).toContain("consensus-1 could not be asked: the disk is full");
    expect(evaluation.missing.join()).not.toContain("sees no quorum");
    expect(evaluation.canLose).toMatchObject({ "consensus member": false, "object store node": false });
  });

  it.each([
    [{ diskFreeBytes: 0 }, "the machine's disk is full: 0 MB left"],
    [{ diskFreeBytes: 2e9 }, "the machine's disk is nearly full: 2.0 GB of 250 GB left"],
    [{ inodesFree: 0 }, "the machine's disk has 0 of 10000000 inodes left"],
    [{ memoryAvailableBytes: 1e8 }, "the machine has 100 MB of memory left"],
  ])("says first what the machine is out of: %j", (machine, sentence) => {
    const healthy = healthyStack();
    const evaluation = evaluate(healthyStack({ machine: { ...healthy.machine, ...machine } }));
    expect(evaluation.missing[0]).toBe(sentence);
  });

  it("names a volume that is full, whoever has it", () => {
    const volumes = [
      { name: "capstone-dev-metrics-1", freeBytes: 0, totalBytes: 2e9 },
      { name: "capstone-dev-backup-1", freeBytes: 1e9, totalBytes: 2e9 },
      { name: "capstone-dev-edge-1", freeBytes: 1e6, totalBytes: 1e6 },
    ];
    expect(evaluate(healthyStack({ volumes })).missing).toEqual([
      "the volume capstone-dev-metrics-1 is full: 0 MB of 2.0 GB left",
    ]);
  });

  it.each(["database-1", "database-2"])(
    "never calls safe that %s takes no writes for lack of space",
    (full) => {
      const observation = healthyStack();
      for (const member of observation.database.members)
        if (member.name === full) member.watcher = { ...sound, refusesWrites: true };
      const { state, missing, canLose } = evaluate(observation);
      expect(state).toBe("degraded");
      expect(missing).toContain(`${full} takes no writes until its disk has space`);
      expect(canLose).toMatchObject({ "database node": false, "application node": true });
    },
  );

  it("is not held against a deployment for what no deployment can bring about", () => {
    const alert = {
      name: "ProxyDown",
      severity: "warning",
      summary: "proxy-1 does not answer.",
      runbook: "",
      since: "2026-01-02T11:59:00Z",
      aboutThePast: false,
    };
    const backup = { ...readBackup(""), restoreOk: false };
    const observation = healthyStack({ alerts: [alert], backup });
    expect(evaluate(observation).state).toBe("degraded");
    expect(evaluate(aboutTheDeployment(observation)).state).toBe("healthy");
    const withoutStandby = aboutTheDeployment(healthyStack({ alerts: [alert], backup }, ["database-2"]));
    expect(evaluate(withoutStandby).state).toBe("degraded");
  });

  it("is about now: an alert about the last hours has a line of its own", () => {
    const alert = {
      name: "ErrorBudgetBurning",
      severity: "warning",
      summary: "1 % of six hours' requests failed.",
      runbook: "",
      since: "2026-01-02T08:00:00Z",
      aboutThePast: true,
    };
    const observation = healthyStack({ alerts: [alert] });
    expect(evaluate(observation)).toMatchObject({ state: "healthy", missing: [] });
    expect(print(observation, evaluate(observation))).toMatch(/the last hours +warning ErrorBudgetBurning/);
  });

  it("notices a container that is gone altogether, and alerts other than news", () => {
    const gone = healthyStack({
      parts: names.filter((name) => name !== "consensus-2").map((name) => part(name)),
    });
    expect(evaluate(gone).missing).toContain("1 of 3 consensus containers are gone");
    const alert = {
      name: "DiskFilling",
      severity: "warning",
      summary: "Full.",
      runbook: "",
      since: "2026-01-02T11:59:00Z",
      aboutThePast: false,
    };
    expect(evaluate(healthyStack({ alerts: [alert] })).state).toBe("degraded");
    expect(evaluate(healthyStack({ alerts: [{ ...alert, severity: "info" }] })).state).toBe("healthy");
    expect(evaluate(healthyStack({ alerts: undefined })).missing).toContain(
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
      { name: "database-1", answer: primary, watcher: sound, beginsSessions: true },
      { name: "database-2", answer: standby, watcher: undefined, beginsSessions: true },
      { name: "database-3", answer: undefined, watcher: sound, beginsSessions: false },
    ]);
    expect(members).toMatchObject([
      { role: "primary", state: "running", timeline: 4, lagBytes: undefined, watcher: sound },
      { role: "synchronous standby", state: "streaming", timeline: 4, lagBytes: 1_000, watcher: undefined },
      { role: "unknown", state: "silent", watcher: sound, beginsSessions: false },
    ]);
    const alone = readMembers([
      { name: "database-2", answer: standby, watcher: sound, beginsSessions: true },
    ]);
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

  it("a node's watcher of damage, of what it remade, and nothing that it did not say", () => {
    const metrics = [
      "# HELP capstone_node_pages_damaged_blocks Blocks whose checksum is wrong, at two looks.",
      "capstone_node_cannot_be_mended 1",
      "capstone_node_pages_damaged_blocks 2",
      "capstone_node_remade_timestamp_seconds 1767348000.25",
    ].join("\n");
    expect(readWatcher(metrics)).toEqual({
      damagedBlocks: 2,
      refusesWrites: false,
      cannotBeMended: true,
      pagesCheckedAt: undefined,
      remadeAt: 1_767_348_000.25,
    });
    expect(readWatcher("404 page not found")).toBeUndefined();
  });

  it("Postgres with one byte that it begins a session, and with none when it hangs", async () => {
    const answering = createServer((socket) => socket.once("data", () => socket.end("N")));
    const hanging = createServer(() => {});
    const port = async (server: Server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    };
    try {
      expect(await beginsSession("127.0.0.1", await port(answering))).toBe(true);
      await expect(beginsSession("127.0.0.1", await port(hanging))).rejects.toThrow("no answer in time");
    } finally {
      answering.close();
      hanging.close();
    }
    await expect(beginsSession("127.0.0.1", 1)).rejects.toThrow("ECONNREFUSED");
  });

  it("etcd of its quorum, over HTTP and by its own client", () => {
    expect(seesQuorum('{"health":"true","reason":""}')).toBe(true);
    expect(seesQuorum('{"health":"false","reason":"RAFT NO LEADER"}')).toBe(false);
    expect(seesQuorum("127.0.0.1:2379 is healthy: successfully committed proposal")).toBe(true);
  });

  it("Garage of its cluster, in words", () => {
    expect(readHealth("Garage is fully operational\nConsult the full …")).toMatchObject({
      status: "healthy",
    });
    expect(readHealth("Garage is operational but some storage nodes are unavailable")).toMatchObject({
      status: "degraded",
      nodesUp: undefined,
    });
    expect(readHealth("Quorum is not available for some/all partitions")).toMatchObject({
      status: "unavailable",
    });
    expect(readHealth("Forbidden")).toBeUndefined();
  });

  it("Garage's nodes the worst of it, and the silent ones are not up", () => {
    const [healthy, degraded] = ["healthy", "degraded"].map((status) => ({ status, nodes: 3, nodesUp: 3 }));
    if (!healthy || !degraded) throw new Error("There are two.");
    expect(worst([healthy, healthy, healthy], 0)).toEqual(healthy);
    expect(worst([healthy, healthy], 1)).toEqual({ status: "degraded", nodes: 3, nodesUp: 2 });
    expect(worst([healthy, degraded, healthy], 0)).toEqual(degraded);
    const alone = { status: "unavailable", nodes: 3, nodesUp: undefined };
    // A node that has just started sees nobody; the others see each other.
    expect(worst([healthy, healthy, alone], 0)).toEqual({ status: "degraded", nodes: 3, nodesUp: 2 });
    expect(worst([degraded, degraded, alone], 0)).toEqual(degraded);
    expect(worst([alone, alone], 1)).toEqual(alone);
    expect(worst([], 3)).toBeUndefined();
  });

  it("of an application node where it says whether it takes traffic, and of an earlier release's too", () => {
    expect(healthOf({ ...part("app-1"), healthAt: "8000/ready" })).toEqual({ port: 8000, path: "/ready" });
    expect(healthOf(part("app-1"))).toEqual({ port: 3000, path: "/health" });
  });

  it.each([
    ["OCI runtime exec failed: write /tmp/runc: no space left on device: unknown", "the disk is full"],
    ["(HTTP code 500) server error - failed to create shim task", "the engine cannot run a program in it"],
    ["etcdctl ended with status 1: unhealthy cluster", undefined],
  ])("%s: is the engine's failure, or the part's answer", (message, reason) => {
    const found = reasonNotRun(new Error(message));
    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(reason);
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
