import { availableParallelism, release } from "node:os";
import { cacheDirectory, dataPath } from "../../infra/directories.mjs";
import type { Machine } from "../../infra/docker/engine/endpoint.ts";
import { publishedPorts } from "../ports.ts";
import { searchSettings } from "../toolchain/settings.ts";
import { checkCgroups } from "./checks/cgroups.ts";
import { checkClock } from "./checks/clock.ts";
import { checkHomeDisk, freeBytesAt } from "./checks/disk.ts";
import { checkEngine } from "./checks/engine.ts";
import { checkNetworks, checkProxies, originsHere, reach } from "./checks/networks.ts";
import { checkNode } from "./checks/node.ts";
import { checkParts, lookForParts } from "./checks/parts.ts";
import { checkPorts } from "./checks/ports.ts";
import { checkPulumiState } from "./checks/pulumi.ts";
import { checkSystem } from "./checks/system.ts";
import { deployMinutes, firstUpMinutes } from "./durations.ts";
import { examineResources } from "./engine-resources.ts";
import type { Finding } from "./finding.ts";

export interface Examination {
  stack: string;
  /** Whether `npm run up` can work here. */
  works: boolean;
  findings: Finding[];
  /** The last line: whether it would work, and how long it takes. */
  verdict: string;
}

/** Asks everything at once; each question has a bound of its own, so all of it ends within seconds. */
export async function examine(stack: string, machine: Machine): Promise<Examination> {
  const settings = searchSettings(stack);
  const onDocker = settings.target !== "aws";
  const origins = originsHere(machine.environment);
  const cache = cacheDirectory();
  const data = dataPath();
  const [{ findings: engine, found }, reached, parts, cacheFree, dataFree] = await Promise.all([
    checkEngine(machine),
    reach(origins),
    lookForParts(),
    freeBytesAt(cache),
    freeBytesAt(data),
  ]);
  const resources = onDocker ? await examineResources(stack, settings, found) : undefined;
  const builds = parts.pulumiHome === undefined && !reached.answers.github;
  const findings = [
    checkSystem({ platform: machine.platform, architecture: process.arch, kernel: release() }),
    checkNode(
      process.versions.node,
      process.execPath,
      machine.environment.npm_config_user_agent,
      `${machine.platform}-${process.arch}`,
    ),
    ...(onDocker ? engine : []),
    ...(resources ? [resources.memory, resources.disk] : []),
    ...(onDocker && found ? [checkCgroups(found.info)] : []),
    ...(onDocker ? [await checkPorts(stack, publishedPorts(prefixed(settings)))] : []),
    checkHomeDisk({ folder: cache, freeBytes: cacheFree }, { folder: data, freeBytes: dataFree }, builds),
    ...checkParts(parts, reached.answers, onDocker),
    checkPulumiState(machine),
    ...checkNetworks(origins, reached),
    checkProxies(machine.environment, found?.info.HttpsProxy || found?.info.HttpProxy),
    checkClock(reached.compared),
  ];
  const works = findings.every(({ stops }) => !stops);
  return { stack, works, findings, verdict: verdictOf(stack, findings, resources?.hasStack ?? false) };
}

/** By the keys that Pulumi knows. */
function prefixed(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`capstone:${key}`, value]));
}

export function verdictOf(stack: string, findings: Finding[], hasStack: boolean): string {
  const up = stack === "dev" ? "`npm run up`" : `\`npm run up -- --stack ${stack}\``;
  const stopping = findings.filter(({ stops }) => stops).map(({ name }) => name);
  if (stopping.length > 0) return `${up} would not work here: ${stopping.join(", ")}.`;
  const minutes = findings.reduce((sum, finding) => sum + (finding.minutes ?? 0), 0);
  const processors = availableParallelism();
  if (minutes > 0) {
    const first = firstUpMinutes(minutes, processors);
    return `${up} works here. The first takes about ${first} minutes on ${processors} quiet processors, twice that on busy ones; after that a new stack takes ${Math.ceil(deployMinutes)}.`;
  }
  if (findings.some(({ state, stops }) => state === "missing" && !stops))
    return `${up} works here. The first takes some minutes, as fast as the network downloads.`;
  if (hasStack)
    return `${up} works here. Everything is there: seconds if the stack runs, a minute or two if not.`;
  return `${up} works here. Everything that set-up provides is there: a minute or two.`;
}
