// Steady load and the comparison with the Flask design: npm run bench -- [--stack NAME] [--record] [--seconds N] [--repetitions N]
import { parseArgs } from "node:util";
import { bench } from "../../drills/bench/bench.ts";
import { benchTables } from "../../drills/report/bench-tables.ts";
import { openResults, saveResults } from "../../drills/report/record.ts";
import { restoreWhenInterrupted } from "../../drills/run/run.ts";
import { PersonError } from "../../infra/errors.ts";
import { RunningStack } from "../../running-stack/running-stack.ts";

function read() {
  try {
    return parseArgs({
      options: {
        stack: { type: "string", short: "s" },
        record: { type: "boolean", default: false },
        seconds: { type: "string", default: "5" },
        repetitions: { type: "string", default: "5" },
      },
    }).values;
  } catch (error) {
    throw new PersonError((error as Error).message);
  }
}

const values = read();
for (const name of ["seconds", "repetitions"] as const) {
  if (!/^[1-9]\d{0,2}$/.test(values[name])) {
    throw new PersonError(`--${name} is "${values[name]}"; allowed is a whole number from 1 to 999.`);
  }
}
const stack = await RunningStack.open(values.stack ?? process.env.PULUMI_STACK ?? "dev");
restoreWhenInterrupted(stack);
const result = await bench(stack, {
  seconds: Number(values.seconds),
  repetitions: Number(values.repetitions),
});
for (const [name, text] of Object.entries(benchTables(result))) console.log(`\n${name}\n\n${text}`);
if (values.record) saveResults({ ...(await openResults(stack)), bench: result });
