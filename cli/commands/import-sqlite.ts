// Ports an SQLite database into a running stack, or takes such an import back. On AWS a task in the stack's network does
// it: import-sqlite/remote.
import { readMapping } from "../../import-sqlite/mapping/mapping.ts";
import { readOptions } from "../../import-sqlite/options.ts";
import type { ImportRequest } from "../../import-sqlite/remote/carry.ts";
import { importSqlite } from "../../import-sqlite/run.ts";
import { makeSample } from "../../import-sqlite/sample.ts";
import type { ImportTarget } from "../../import-sqlite/target/import-target.ts";
import { destinationOf } from "../../import-sqlite/target/stack.ts";
import { undoImport } from "../../import-sqlite/undo.ts";
import type { ImportTaskOutput } from "../../infra/contract.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values, rest } = readCommandLine(commands["import:sqlite"], process.argv.slice(2));
const options = readOptions(values, rest);
const say = (lines: string) => console.error(lines);

const mapping = options.map === undefined ? {} : await readMapping(options.map);
using sample = options.sample ? makeSample() : undefined;
const { dryRun } = options;
const request: ImportRequest =
  options.undo === undefined
    ? {
        does: "import",
        file: options.file ?? sample?.file ?? "",
        uploads: options.uploads ?? sample?.uploads,
        mapping,
        dryRun,
      }
    : { does: "undo", schema: options.undo, dryRun };
const destination = await destinationOf(stack);
if ("task" in destination) await byTask(destination.task);
else console.log((await from(destination.target)).sentence);

function from(target: ImportTarget) {
  return request.does === "undo"
    ? undoImport({ ...request, target, say })
    : importSqlite({ ...request, target, say });
}

async function byTask(task: ImportTaskOutput): Promise<void> {
  // The SDKs are large: only this way they are loaded.
  const { importRemotely } = await import("../../import-sqlite/remote/run.ts");
  const interruption = new AbortController();
  const interrupt = () => {
    // Whoever is asked twice goes at once; what runs on was said.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const { signal } = interruption;
  const { sentence, exitCode } = await importRemotely({ stack, task, request, signal, say });
  if (exitCode === 0) console.log(sentence);
  else console.error(sentence);
  process.exitCode = exitCode;
}
