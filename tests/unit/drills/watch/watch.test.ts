import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ledger } from "../../../../drills/load/ledger.ts";
import type { Verdict } from "../../../../drills/watch/events.ts";
import { Watch, type WatchedDrill } from "../../../../drills/watch/watch.ts";
import { attempt, operation } from "../operations.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "capstone-watch-"));
  vi.stubEnv("XDG_DATA_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const verdict: Verdict = {
  ...{ passed: true, reasons: [], lost: 0, twice: 0, unknown: { happened: 0, didNot: 0 }, operations: 1 },
  ...{ failedRequests: 0, writesPauseMs: 10, readsPauseMs: 0, detectedAfterMs: null, newPrimary: null },
  redundantAfterMs: 5,
};

/** A drill on a stack of one part, as much of it as is shown. */
function drill(): WatchedDrill {
  const part = { name: "app-1", containerName: "capstone-test-app-1", state: { role: "app" } };
  const ledger = new Ledger();
  const stack = { name: "test", parts: () => [part], journal: { actions: [] } };
  return {
    ...{ stack, name: "app-node-killed", clients: 1, load: { ledger } },
    drill: { description: "A node is killed.", expected: {}, soak: false, inject: async () => {} },
    observation: { databaseNodes: [], containers: { events: [] } },
  } as unknown as WatchedDrill;
}

it("a drill is told as it goes, and kept as a page that needs no server", async () => {
  const watch = await Watch.start();
  const watched = drill();
  watch.begin(watched);
  watch.missing(["app-1 is gone"]);
  watch.missing(["app-1 is gone"]);
  watched.load.ledger.operations.push(operation("post", "acknowledged", undefined, [attempt(0, 10)]));
  watched.stack.journal.actions.push({ atMs: 5, doneMs: 6, kind: "inject", what: "app-1: killed" });
  const live = await fetch(`${watch.address}events`);
  watch.redundant(20);
  watch.stop();
  const file = watch.conclude("test", verdict);
  await watch.end();

  const told = (await live.text())
    .split("\n")
    .flatMap((line) => (line.startsWith("data: ") ? JSON.parse(line.slice(6)) : []));
  const kinds = told.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "missing")).toHaveLength(1);
  expect(kinds).toEqual(expect.arrayContaining(["drill", "requests", "action", "redundant", "verdict"]));
  expect(file).toBe(path.join(home, "capstone/drills/test/app-node-killed.html"));
  const kept = /id="recorded">(.*)<\/script>\n/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  expect(JSON.parse(kept)).toEqual(told);
});

it("one that fails itself says why there is no verdict", async () => {
  const watch = await Watch.start();
  watch.begin(drill());
  const live = await fetch(`${watch.address}events`);
  watch.stop("There is no replica to inject a fault into.");
  await watch.end();
  expect(await live.text()).toContain("There is no replica to inject a fault into.");
});
