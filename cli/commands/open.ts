// Prints an address of a stack and, where there is a terminal and a desktop, opens it.
import { spawn } from "node:child_process";
import { PersonError } from "../../infra/errors.ts";
import { type PublicOutputs, printedOutputs } from "../../running-stack/outputs.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { addressOf, openerOf } from "../places.ts";

const { stack, rest } = readCommandLine(commands.open, process.argv.slice(2));
const [place = "api", unknown] = rest;
if (unknown !== undefined)
  throw new PersonError(`The argument "${unknown}" is one too many; one place is opened at a time.`);
const outputs = JSON.parse(await printedOutputs(stack)) as PublicOutputs;
const address = addressOf(place, outputs, stack);
console.log(address);
const opener = process.stdout.isTTY ? openerOf(process.platform, process.env) : undefined;
if (opener) {
  // Without an opener the address is printed, and that is enough.
  spawn(opener, [address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
