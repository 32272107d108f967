// Says what this machine has and lacks, what set-up would do about it and how long that takes. It changes, installs and
// starts nothing. Its exit status is 0 when `npm run up` can work here, for CI. Or it holds a service against what is
// asked of one.
import { thisMachine } from "../../infra/docker/engine/endpoint.ts";
import { engineEnvironment } from "../../infra/docker/engine/find-engine.ts";
import { PersonError } from "../../infra/errors.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { examine } from "../doctor/examine.ts";
import { print } from "../doctor/print.ts";

const { stack, values } = readCommandLine(commands.doctor, process.argv.slice(2));
const asJson = values.json ?? false;
if (values.service !== undefined) await examineTheService(values.service, values.page ?? "/");
else if (values.page !== undefined)
  throw new PersonError("--page belongs to --service: npm run doctor -- --service FOLDER --page PATH.");
else await examineTheMachine();

async function examineTheMachine(): Promise<void> {
  const machine = { ...thisMachine(), environment: { ...process.env } };
  // Docker's client is asked who holds a port.
  Object.assign(process.env, await engineEnvironment(machine));
  const examination = await examine(stack, machine);
  console.log(asJson ? JSON.stringify(examination, null, 2) : print(examination));
  process.exitCode = examination.works ? 0 : 1;
}

async function examineTheService(folder: string, page: string): Promise<void> {
  if (!/^\/[\x21-\x7e]*$/.test(page))
    throw new PersonError(`--page is "${page}"; allowed is a path such as /posts.`);
  // Packages are there only now: of the machine it says all without them.
  const { examineService } = await import("../service-checklist/examine-service.ts");
  const { printLine } = await import("../service-checklist/examination.ts");
  const told: string[] = [];
  const tell = (line: Parameters<typeof printLine>[0]) => {
    told.push(line.name);
    if (!asJson) console.log(printLine(line));
  };
  const examination = await examineService({ folder, page, tell });
  const left = examination.lines.filter(({ name }) => !told.includes(name));
  const rest = [...left.map(printLine), "", examination.verdict].join("\n");
  console.log(asJson ? JSON.stringify(examination, null, 2) : rest);
  process.exitCode = examination.works ? 0 : 1;
}
