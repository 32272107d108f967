// Shows the status of a running stack: npm run status [-- --stack NAME] [--watch] [--json] [--space]. Its exit status is 0
// when the stack is healthy, 1 when it is degraded or failed. --space says what takes the machine's disk, and what may
// go; where space is scarce that is said anyway.
import { setTimeout as sleep } from "node:timers/promises";
import { evaluate } from "../../operations/status/evaluate.ts";
import { isScarce } from "../../operations/status/evaluate-machine.ts";
import { print } from "../../operations/status/print.ts";
import { probeSpace } from "../../operations/status/probe-space.ts";
import { probeStack } from "../../operations/status/probe-stack.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { readStackArguments, refuseRest } from "../../running-stack/stack-arguments.ts";

const known = ["--watch", "--json", "--space"];
const given = readStackArguments(process.argv.slice(2), known);
refuseRest(given, known);
const watching = given.flags.has("--watch");
const watchPauseMs = 2_000;

const engine = await connectEngine();
for (;;) {
  const probed = await probeStack(engine, given.stack);
  const asked = given.flags.has("--space") || isScarce(probed.machine);
  const observation = { ...probed, space: asked ? await probeSpace(engine, given.stack) : undefined };
  const evaluation = evaluate(observation);
  const text = given.flags.has("--json")
    ? JSON.stringify({ ...evaluation, ...observation }, null, watching ? 0 : 2)
    : print(observation, evaluation);
  if (watching && process.stdout.isTTY) process.stdout.write("\x1b[2J\x1b[H");
  console.log(text);
  process.exitCode = evaluation.state === "healthy" ? 0 : 1;
  if (!watching) break;
  await sleep(watchPauseMs);
}
