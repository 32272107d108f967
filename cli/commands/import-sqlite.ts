// Ports an SQLite database into a running stack:
//   npm run import:sqlite -- FILE [--uploads DIR] [--map FILE] [--dry-run] [--stack NAME]
//   npm run import:sqlite -- --sample [--stack NAME]        the data to develop with
//   npm run import:sqlite -- --undo SCHEMA [--dry-run]      takes an import back
import { readMapping } from "../../import-sqlite/mapping/mapping.ts";
import { readOptions } from "../../import-sqlite/options.ts";
import { importSqlite } from "../../import-sqlite/run.ts";
import { makeSample } from "../../import-sqlite/sample.ts";
import { targetOf } from "../../import-sqlite/target/stack.ts";
import { undoImport } from "../../import-sqlite/undo.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
const options = readOptions(rest);
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
