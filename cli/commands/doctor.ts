// Says what this machine has and lacks, what set-up would do about it and how long that takes. It changes, installs and
// starts nothing. Its exit status is 0 when `npm run up` can work here, for CI.
import { thisMachine } from "../../infra/docker/engine/endpoint.ts";
import { engineEnvironment } from "../../infra/docker/engine/find-engine.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { examine } from "../doctor/examine.ts";
import { print } from "../doctor/print.ts";

const { stack, values } = readCommandLine(commands.doctor, process.argv.slice(2));
const machine = { ...thisMachine(), environment: { ...process.env } };
// Docker's client is asked who holds a port.
Object.assign(process.env, await engineEnvironment(machine));
const examination = await examine(stack, machine);
console.log(values.json ? JSON.stringify(examination, null, 2) : print(examination));
process.exitCode = examination.works ? 0 : 1;
