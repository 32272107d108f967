// Steady load and the comparison with the Flask design.
import { bench } from "../../drills/bench/bench.ts";
import { benchTables } from "../../drills/report/bench-tables.ts";
import { openResults, saveResults } from "../../drills/report/record.ts";
import { restoreWhenInterrupted } from "../../drills/run/run.ts";
import { PersonError } from "../../infra/errors.ts";
import { RunningStack } from "../../running-stack/running-stack.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack: name, values } = readCommandLine(commands.bench, process.argv.slice(2));
const runs = { seconds: values.seconds ?? "5", repetitions: values.repetitions ?? "5" };
for (const [option, value] of Object.entries(runs)) {
  if (!/^[1-9]\d{0,2}$/.test(value)) {
    throw new PersonError(`--${option} is "${value}"; allowed is a whole number from 1 to 999.`);
  }
}
const stack = await RunningStack.open(name);
restoreWhenInterrupted(stack);
const result = await bench(stack, { seconds: Number(runs.seconds), repetitions: Number(runs.repetitions) });
for (const [title, text] of Object.entries(benchTables(result))) console.log(`\n${title}\n\n${text}`);
if (values.record) saveResults({ ...(await openResults(stack)), bench: result });
