// Imports into any Postgres with the service's schema, without a stack: node import-sqlite/bench/import-to.ts FILE URL. Says how
// long it took and the most memory that it had.
import { importSqlite } from "../run.ts";
import { targetFrom } from "../target/stack.ts";

const [file = "", url = ""] = process.argv.slice(2);
const startedAt = performance.now();
const target = targetFrom({
  ownerDatabaseUrl: url,
  objectStoreUrl: "http://none:none@127.0.0.1:1/none",
  bucketName: "none",
  assetsUrl: "http://127.0.0.1:1",
});
await importSqlite({ ...{ file, target, uploads: undefined, mapping: {}, dryRun: false }, say: () => {} });
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
const mebibytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`import    ${seconds} s  ${mebibytes} MiB at most`);
