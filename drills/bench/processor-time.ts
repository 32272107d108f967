import { runIn } from "../../running-stack/execute.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { ProcessorMs } from "../report/bench-result.ts";

/** Who serves a request, by the container's role; the Flask design has none, and a service's place. */
const servers: Record<string, keyof ProcessorMs> = {
  app: "service",
  flask: "service",
  database: "database",
  edge: "proxies",
  proxy: "proxies",
};

/** Processor time so far of the containers that serve requests, summed by kind. */
export async function processorTimes(stack: RunningStack): Promise<ProcessorMs> {
  const busyMs: ProcessorMs = { service: 0, database: 0, proxies: 0 };
  const filters = { label: [`capstone.stack=${stack.name}`] };
  for (const { Id, Names, Labels } of await stack.engine.listContainers({ filters })) {
    const role = Labels["capstone.role"] ?? (Names[0]?.endsWith("-bench-flask") ? "flask" : "");
    const server = servers[role];
    if (server === undefined) continue;
    busyMs[server] += busyMsOf(await runIn(stack.engine.getContainer(Id), ["sh", "-c", readUsage]));
  }
  return busyMs;
}

/** The control group's own account, second version and first. Docker's statistics now and then take minutes to come. */
const readUsage = "cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage";

function busyMsOf(account: string): number {
  const [, microseconds] = /usage_usec (\d+)/.exec(account) ?? [];
  const busyMs = microseconds === undefined ? Number(account) / 1e6 : Number(microseconds) / 1e3;
  if (Number.isNaN(busyMs))
    throw new Error(`A container's control group counts no processor time: ${account}`);
  return busyMs;
}

/** What one of some requests cost between two moments. */
export function perRequest(before: ProcessorMs, after: ProcessorMs, requests: number): ProcessorMs {
  const cost = (kind: keyof ProcessorMs) => (after[kind] - before[kind]) / requests;
  return { service: cost("service"), database: cost("database"), proxies: cost("proxies") };
}
