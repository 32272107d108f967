// Ports an SQLite database into a running stack:
//   npm run import:sqlite -- FILE [--uploads DIR] [--map FILE] [--dry-run] [--stack NAME]
//   npm run import:sqlite -- --sample [--stack NAME]        the data to develop with
import { readMapping } from "../../import-sqlite/mapping/mapping.ts";
import { readOptions } from "../../import-sqlite/options.ts";
import { importSqlite } from "../../import-sqlite/run.ts";
import { makeSample } from "../../import-sqlite/sample.ts";
import { targetOf } from "../../import-sqlite/target/stack.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
const options = readOptions(rest);
const mapping = options.map === undefined ? {} : await readMapping(options.map);
using sample = options.sample ? makeSample() : undefined;
const result = await importSqlite({
  file: options.file ?? sample?.file ?? "",
  uploads: options.uploads ?? sample?.uploads,
  mapping,
  dryRun: options.dryRun,
  target: await targetOf(stack),
  say: (lines) => console.error(lines),
});
console.log(result.sentence);
