// Shows the status of a running stack. Where space is scarce, what takes the machine's disk is said without --space too.
import { setTimeout as sleep } from "node:timers/promises";
import { evaluate } from "../../operations/status/evaluate.ts";
import { isScarce } from "../../operations/status/evaluate-machine.ts";
import { print } from "../../operations/status/print.ts";
import { probeSpace } from "../../operations/status/probe-space.ts";
import { probeStack } from "../../operations/status/probe-stack.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.status, process.argv.slice(2));
const watching = values.watch ?? false;
const watchPauseMs = 2_000;

const engine = await connectEngine();
for (;;) {
  const probed = await probeStack(engine, stack);
  const asked = values.space || isScarce(probed.machine);
  const observation = { ...probed, space: asked ? await probeSpace(engine, stack) : undefined };
  const evaluation = evaluate(observation);
  const text = values.json
    ? JSON.stringify({ ...evaluation, ...observation }, null, watching ? 0 : 2)
    : print(observation, evaluation);
  if (watching && process.stdout.isTTY) process.stdout.write("\x1b[2J\x1b[H");
  console.log(text);
  process.exitCode = evaluation.state === "healthy" ? 0 : 1;
  if (!watching) break;
  await sleep(watchPauseMs);
}
