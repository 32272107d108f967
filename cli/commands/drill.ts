// Injects faults into a running stack and measures.
//   npm run drill -- [NAME…] [--stack NAME] [--short] [--record]    all drills, or those
//   npm run drill -- --list
//   npm run drill -- soak [--count N | --minutes M] [--seed S]      faults drawn at random
//   npm run drill -- damage [NAME…] [--record]                      damaged data: who notices, what mends it
//   npm run drill -- losable [--count N] [--seed S] [--record]      what status calls losable is lost, in drawn states
//   npm run drill -- emergencies [NAME…] [--record]                 what status says in each, held against what is so
//   npm run drill -- --break NAME|all                               with a setting broken on purpose: must fail
//   npm run drill -- --alerts [NAME…] [--record]                    until each fault's alert has fired and cleared
//   npm run drill -- --alerts quiet --minutes 60 [--record]         load, no fault, and no alert
//   npm run drill -- everything                                     all of it, written to docs/failover
//   npm run drill -- --write-docs | --heal
import { randomInt } from "node:crypto";
import { readCommand } from "../../drills/run/options.ts";
import { run } from "../../drills/run/run.ts";
import { writeReferencePages } from "../reference/pages.ts";

const command = readCommand(process.argv.slice(2), randomInt(2 ** 31));
process.exitCode = await run(command);
if (command.task === "write-docs" || command.record) await writeReferencePages();
