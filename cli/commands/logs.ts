// Shows what the parts of a stack wrote, each line with its part.
import { styleText } from "node:util";
import { chooseParts, listParts } from "../../running-stack/choose-parts.ts";
import { requireDocker } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { followLogs, type LogLine, readLogs } from "../../running-stack/logs.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { readLogRange } from "../log-range.ts";

const { stack, values, rest: names } = readCommandLine(commands.logs, process.argv.slice(2));
const range = readLogRange(values, new Date());
requireDocker(stack, "logs");
const engine = await connectEngine();
const parts = await listParts(engine, stack);
const chosen = chooseParts(parts, names);
const widest = Math.max(...parts.map(({ name }) => name.length));
const colours = ["cyan", "yellow", "green", "magenta", "blue"] as const;

// Whoever reads us may have enough, and following ends with Ctrl-C: neither is a failure.
process.stdout.on("error", () => process.exit());
process.on("SIGINT", () => process.exit());

if (values.follow) await followLogs(engine, { stack, names, range }, print);
else for (const line of await readLogs(engine, chosen, range)) print(line);

function print({ part, text }: LogLine): void {
  const place = parts.findIndex(({ name }) => name === part);
  const colour = colours[Math.max(place, 0) % colours.length] ?? "cyan";
  console.log(`${styleText(colour, part.padEnd(widest))}  ${text}`);
}
