// Injects faults into a running stack and measures: npm run drill -- [NAME…] [--stack NAME] [--list] …
import { randomInt } from "node:crypto";
import { chooseDrills, loadDrills } from "../drills/registry.ts";
import { list } from "../drills/run/list.ts";
import { readCommand } from "../drills/run/options.ts";
import { runDrills } from "../drills/run/run-drills.ts";

const command = readCommand(process.argv.slice(2), randomInt(2 ** 31));
const drills = await loadDrills();

if (command.list) console.log(list(drills));
else process.exitCode = await runDrills(command, chooseDrills(drills, command.names));
