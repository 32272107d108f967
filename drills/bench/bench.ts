import { randomBytes } from "node:crypto";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { deployed } from "../actions/deployment.ts";
import { cleanUp } from "../check/check.ts";
import { randomPicture } from "../load/picture.ts";
import { Random } from "../random.ts";
import type { BenchCase, BenchFigure, BenchResult } from "../report/bench-result.ts";
import { measuredCommit } from "../report/environment.ts";
import { makeAccounts } from "./accounts.ts";
import { BenchContainers } from "./containers.ts";
import { perRequest, processorTimes } from "./processor-time.ts";
import { ask, type BenchRun, figureOf } from "./requests.ts";

export interface BenchOptions {
  /** Of one run. */
  seconds: number;
  repetitions: number;
}

/** Every case of the bench. The stack is left as it was. */
export async function bench(stack: RunningStack, options: BenchOptions): Promise<BenchResult> {
  const measuredAt = new Date().toISOString();
  const nodes = stack.parts("app").length;
  const handlePrefix = `drill-${randomBytes(4).toString("hex")}-`;
  stack.undoLater(() => cleanUp(stack, handlePrefix));
  try {
    stack.begin();
    const accounts = await makeAccounts(stack.outputs.apiUrl, handlePrefix);
    const containers = await BenchContainers.start(stack, {
      accounts,
      "avatar.png": randomPicture(new Random(2)),
    });
    const run = (cases: BenchCase[]) => repeat(stack, containers, cases, options);
    const figures = [
      ...(await run(steadyCases(nodes))),
      ...(await withOneNode(stack, () => run(oneNodeCases()))),
      ...(await aroundFailover(stack, containers, nodes)),
      ...(await withFourNodes(stack, nodes, () => run(manyNodesCases(4)))),
    ];
    return { measuredAt, commit: measuredCommit(), ...options, figures };
  } finally {
    for (const sentence of await stack.restore()) console.error(`bench: ${sentence}`);
  }
}

const reading = ["page", "post"] as const;
const costly = ["log-in", "avatar"] as const;

function steadyCases(nodes: number): BenchCase[] {
  const both = ["proxies", "one node"] as const;
  const cases: BenchCase[] = [];
  const add = (kind: BenchCase["kind"], route: BenchCase["route"], connections: number) =>
    cases.push({ kind, route, nodes: route === "proxies" ? nodes : 1, connections });
  for (const kind of reading) {
    for (const connections of [10, 100, 1_000]) for (const route of both) add(kind, route, connections);
    for (const connections of [10, 100]) add(kind, "flask", connections);
  }
  for (const kind of costly)
    for (const connections of [10, 100]) for (const route of both) add(kind, route, connections);
  return cases;
}

/** What the proxies cost: one node with and without them. */
function oneNodeCases(): BenchCase[] {
  return reading.flatMap((kind) =>
    [1, 10, 100].flatMap((connections) => [
      { kind, route: "proxies" as const, nodes: 1, connections },
      { kind, route: "one node" as const, nodes: 1, connections },
    ]),
  );
}

function manyNodesCases(nodes: number): BenchCase[] {
  return reading.map((kind) => ({ kind, route: "proxies", nodes, connections: 100 }));
}

/** Each case once, then each again, so that changes on the machine affect all of them alike. */
async function repeat(
  stack: RunningStack,
  containers: BenchContainers,
  cases: BenchCase[],
  { seconds, repetitions }: BenchOptions,
): Promise<BenchFigure[]> {
  const runs = new Map<BenchCase, BenchRun[]>(cases.map((benchCase) => [benchCase, []]));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [benchCase, done] of runs) {
      const before = await processorTimes(stack);
      const run = await ask(containers, benchCase, seconds);
      const processorMs = perRequest(before, await processorTimes(stack), run.requests);
      done.push({ ...run, processorMs });
      console.error(`bench: ${nameOf(benchCase)}: ${Math.round(run.requests / run.seconds)} a second`);
    }
  }
  return [...runs].map(([benchCase, done]) => figureOf(benchCase, done));
}

export function nameOf({ kind, route, nodes, connections, phase }: BenchCase): string {
  const when = phase ? `, ${phase} a failover` : "";
  return `${kind}, ${route}, ${nodes} nodes, ${connections} connections${when}`;
}

async function withOneNode<T>(stack: RunningStack, work: () => Promise<T>): Promise<T> {
  const others = stack.parts("app").slice(1);
  for (const other of others) await other.stop();
  try {
    return await work();
  } finally {
    for (const other of others) await other.start();
  }
}

async function withFourNodes<T>(stack: RunningStack, nodes: number, work: () => Promise<T>): Promise<T> {
  const count = (number: number) => deployed(stack, "--config", `capstone:appNodes=${number}`);
  await count(4);
  try {
    return await work();
  } finally {
    await count(nodes);
  }
}

/** Ten seconds each before, from the kill on, and after. */
async function aroundFailover(
  stack: RunningStack,
  containers: BenchContainers,
  nodes: number,
): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const kind of reading) {
    for (const phase of ["before", "during", "after"] as const) {
      const benchCase = { kind, route: "proxies", nodes, connections: 50, phase } as const;
      if (phase === "during") await (await primaryOf(stack)).crash();
      figures.push(figureOf(benchCase, [await ask(containers, benchCase, 10)]));
    }
  }
  return figures;
}

async function primaryOf(stack: RunningStack) {
  for (const part of stack.parts("database")) {
    const role = await part.run(["curl", "--silent", "http://127.0.0.1:8008/patroni"]).catch(() => "");
    if (/"role": "primary"/.test(role)) return part;
  }
  throw new Error("There is no primary to kill.");
}
