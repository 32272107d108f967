import type { BenchCase, BenchFigure, ProcessorMs } from "../report/bench-result.ts";
import { spreadOf } from "../report/bench-result.ts";
import type { BenchContainers } from "./containers.ts";

/** What one run of wrk says; see load/common.lua. */
export interface BenchRun {
  requests: number;
  seconds: number;
  medianMs: number;
  p99Ms: number;
  failed: number;
  processorMs?: ProcessorMs;
}

const addresses: Record<BenchCase["route"], string> = {
  proxies: "http://edge:8080",
  "one node": "http://app-1:3000",
  flask: "http://flask:5000",
};

/** Longer than the application holds a request. */
const timeoutSeconds = 35;

/** Asks as fast as answers come, for some seconds. */
export async function ask(containers: BenchContainers, asked: BenchCase, seconds: number): Promise<BenchRun> {
  const threads = Math.min(2, asked.connections);
  const options = [`-t${threads}`, `-c${asked.connections}`, `-d${seconds}s`, `--timeout=${timeoutSeconds}s`];
  const script = ["-s", `${asked.kind}.lua`, addresses[asked.route]];
  const limit = ["timeout", String(seconds + timeoutSeconds + 10)];
  const printed = await containers.load([...limit, "wrk", ...options, ...script]);
  const line = printed.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`wrk said nothing of its run: ${printed}`);
  return JSON.parse(line) as BenchRun;
}

export function figureOf(asked: BenchCase, runs: BenchRun[]): BenchFigure {
  const costs = runs.flatMap(({ processorMs }) => processorMs ?? []);
  const middle = (kind: keyof ProcessorMs) => round(spreadOf(costs.map((cost) => cost[kind])).median, 1_000);
  return {
    ...asked,
    requestsASecond: spreadOf(
      runs.map(({ requests, failed, seconds }) => round((requests - failed) / seconds)),
    ),
    medianMs: spreadOf(runs.map(({ medianMs }) => round(medianMs))),
    p99Ms: spreadOf(runs.map(({ p99Ms }) => round(p99Ms))),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    ...(costs.length > 0 && {
      processorMs: { service: middle("service"), database: middle("database"), proxies: middle("proxies") },
    }),
  };
}

function round(value: number, parts = 100): number {
  return Math.round(value * parts) / parts;
}
