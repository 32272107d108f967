// Prints an address of a stack and, where there is a terminal and a desktop, opens it.
import { PersonError } from "../../infra/errors.ts";
import { type PublicOutputs, printedOutputs } from "../../running-stack/outputs.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { addressOf } from "../places.ts";
import { showAddress } from "../show-address.ts";

const { stack, rest } = readCommandLine(commands.open, process.argv.slice(2));
const [place = "api", unknown] = rest;
if (unknown !== undefined)
  throw new PersonError(`The argument "${unknown}" is one too many; one place is opened at a time.`);
const outputs = JSON.parse(await printedOutputs(stack)) as PublicOutputs;
showAddress(addressOf(place, outputs, stack));
