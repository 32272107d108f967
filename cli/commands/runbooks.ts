// Runs a runbook's commands as written, after causing the fault that it is for.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory } from "../../infra/directories.mjs";
import { PersonError } from "../../infra/errors.ts";
import { projectRoot } from "../../infra/project.ts";
import { readBlocks, scriptOf } from "../../operations/runbooks/blocks.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const folder = join(projectRoot, "docs/runbooks");
const index = join(folder, "README.md");
const { stack, values, rest } = readCommandLine(commands.runbooks, process.argv.slice(2));
const all = readdirSync(folder)
  .filter((file) => file !== "README.md")
  .map((file) => file.replace(/\.md$/, ""));

if (rest.length === 0) console.log(all.join("\n"));
for (const name of rest) {
  const file = join(folder, `${name}.md`);
  if (!existsSync(file)) throw new PersonError(`There is no runbook "${name}"; there are ${all.join(", ")}.`);
  const script = scriptOf(readBlocks(readFileSync(file, "utf8")));
  const began = Date.now();
  const { status } = spawnSync("bash", ["-c", script], {
    cwd: projectRoot,
    env: { ...environmentOfShell(), STACK: stack },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 15 * 60_000,
  });
  const took = `${Math.round((Date.now() - began) / 1_000)} s`;
  if (status !== 0) throw new PersonError(`The runbook ${name} failed after ${took}, at the commands above.`);
  console.log(`\nThe runbook ${name} ran as written, in ${took}.`);
  if (values.record) recordDate(name);
}

/** Without what set-up found for us: the runbook's commands find it themselves, and a runbook may move it. */
function environmentOfShell(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  const found = {
    PULUMI_BACKEND_URL: `file://${dataDirectory("state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: dataDirectory("passphrase"),
  };
  for (const [name, value] of Object.entries(found))
    if (environment[name] === value) delete environment[name];
  return environment;
}

/** The last column of its row in the index. */
function recordDate(name: string): void {
  const today = new Date().toISOString().slice(0, 10);
  const row = new RegExp(`^(\\| \\[${name}\\].*\\| )[^|]*(\\|)$`, "m");
  writeFileSync(index, readFileSync(index, "utf8").replace(row, `$1${today} $2`));
}
