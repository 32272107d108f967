// Ports an SQLite database into a running stack, or takes such an import back.
import { readMapping } from "../../import-sqlite/mapping/mapping.ts";
import { readOptions } from "../../import-sqlite/options.ts";
import { importSqlite } from "../../import-sqlite/run.ts";
import { makeSample } from "../../import-sqlite/sample.ts";
import { targetOf } from "../../import-sqlite/target/stack.ts";
import { undoImport } from "../../import-sqlite/undo.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values, rest } = readCommandLine(commands["import:sqlite"], process.argv.slice(2));
const options = readOptions(values, rest);
const say = (lines: string) => console.error(lines);
const { sentence } = options.undo === undefined ? await importFile() : await undo(options.undo);
console.log(sentence);

async function importFile() {
  const mapping = options.map === undefined ? {} : await readMapping(options.map);
  using sample = options.sample ? makeSample() : undefined;
  return await importSqlite({
    file: options.file ?? sample?.file ?? "",
    uploads: options.uploads ?? sample?.uploads,
    mapping,
    dryRun: options.dryRun,
    target: await targetOf(stack),
    say,
  });
}

async function undo(schema: string) {
  return undoImport({ schema, dryRun: options.dryRun, target: await targetOf(stack), say });
}
