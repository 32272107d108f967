import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../infra/errors.ts";
import { projectRoot } from "../../infra/project.ts";
import { settle } from "../../operations/status/settle.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { loadAverage, measuredCommit } from "../report/environment.ts";
import type { DrillCommand } from "../run/options.ts";
import { seconds } from "../verdict.ts";
import { type Emergency, emergencies } from "./emergencies.ts";
import { type EmergencyResult, recordEmergency } from "./emergency-results.ts";

/** The stack notices within seconds; a node that dies at each start is asked about while it is there and while it is not. */
const askedAfterMs = [6_000, 5_000, 5_000];
const mostMs = 15_000;

/**
 * Brings about one emergency after the other, asks `status` as people do, and holds its words against what is so.
 * @returns The names of those in which they did not fit.
 * @throws PersonError for an unknown name, for one asked for by name that this machine refuses, and when the stack is not healthy before or does not become so again.
 */
export async function runEmergencies(
  stack: RunningStack,
  { names, record }: DrillCommand,
): Promise<string[]> {
  const chosen = names.length > 0 ? names : Object.keys(emergencies);
  const unknown = chosen.find((name) => !(name in emergencies));
  if (unknown !== undefined)
    throw new PersonError(
      `There is no emergency "${unknown}"; there are ${Object.keys(emergencies).join(", ")}.`,
    );
  const wrong: string[] = [];
  for (const [name, emergency] of Object.entries(emergencies)) {
    if (!chosen.includes(name)) continue;
    const refused = await emergency.refusal?.(stack);
    if (refused !== undefined) {
      if (names.length > 0) throw new PersonError(refused);
      console.log(`skipped ${name}: ${refused}`);
      continue;
    }
    await requireHealth(stack);
    const result = await runEmergency(stack, emergency);
    const { reasons, tookMs, said } = result;
    console.log(
      `${reasons.length === 0 ? "passed" : "FAILED"}  ${name}: ${said[0]} within ${seconds(tookMs)}, load ${result.loadAverage}`,
    );
    for (const reason of reasons) console.log(`        ${reason}`);
    if (reasons.length > 0) {
      wrong.push(name);
      console.log(said.join("\n"));
    }
    if (record) recordEmergency(name, result);
  }
  await requireHealth(stack);
  return wrong;
}

async function requireHealth(stack: RunningStack): Promise<void> {
  const missing = await settle(stack.engine, stack.name, (line) => console.log(`        ${line}`));
  if (missing.length > 0)
    throw new PersonError(`The stack ${stack.name} is not healthy: ${missing.join("; ")}.`);
}

async function runEmergency(stack: RunningStack, emergency: Emergency): Promise<EmergencyResult> {
  stack.begin();
  try {
    await emergency.bringAbout(stack);
    const answers: Answer[] = [];
    for (const waitMs of askedAfterMs) {
      await sleep(waitMs);
      answers.push(await askStatus(stack.name));
    }
    const last = answers.at(-1);
    return {
      description: emergency.description,
      measuredAt: new Date().toISOString(),
      commit: measuredCommit(),
      loadAverage: loadAverage(),
      tookMs: Math.max(...answers.map(({ tookMs }) => tookMs)),
      exitStatus: last?.exitStatus ?? 0,
      said: last?.text.trimEnd().split("\n") ?? [],
      reasons: [...new Set(answers.flatMap((answer) => misfits(answer, emergency)))],
    };
  } finally {
    await stack.restore();
  }
}

export interface Answer {
  text: string;
  exitStatus: number;
  tookMs: number;
}

/** Where the words do not fit what is so, a sentence each. */
export function misfits({ text, exitStatus, tookMs }: Answer, { says, saysNot }: Emergency): string[] {
  return [
    ...says.filter((pattern) => !pattern.test(text)).map((pattern) => `it did not say ${pattern}`),
    ...saysNot.filter((pattern) => pattern.test(text)).map((pattern) => `it said ${pattern}`),
    ...(tookMs > mostMs ? [`it took ${seconds(tookMs)}, allowed are ${seconds(mostMs)}`] : []),
    ...(exitStatus === 0 && !/: HEALTHY,/.test(text)
      ? ["it ended with 0, and the stack is not healthy"]
      : []),
  ];
}

/** The command, as people give it. */
function askStatus(stack: string): Promise<Answer> {
  const startedAtMs = Date.now();
  const args = ["run", "-s", "status", "--", "--stack", stack];
  return new Promise((resolve) => {
    execFile("npm", args, { cwd: projectRoot, timeout: 60_000 }, (error, stdout, stderr) => {
      const exitStatus = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ text: stdout || stderr, exitStatus, tookMs: Date.now() - startedAtMs });
    });
  });
}
