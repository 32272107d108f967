// psql on a database node of a stack: for a person, for one statement, or for what standard input has.
import { database } from "../../infra/topology.ts";
import { attach, hasTerminal } from "../../running-stack/attach.ts";
import { requireDocker, requirePrimary, requireReplica } from "../../running-stack/containers.ts";
import { psqlProgram } from "../../running-stack/psql.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.sql, process.argv.slice(2));
requireDocker(stack, "sql");
const node = values.replica ? await requireReplica(stack) : await requirePrimary(stack);
const command = values.command === undefined ? [] : ["--command", values.command];
const reads = command.length === 0;
// A node's root is read-only, and it has no pager. What nobody watches ends with its first error.
const settings = ["--pset=pager=off", "--set=HISTFILE=/dev/null"];
if (!reads || !hasTerminal()) settings.push("--set=ON_ERROR_STOP=1");

process.exitCode = await attach(
  node,
  [...psqlProgram, "--dbname", database.name, ...settings, ...command],
  // Not the superuser, who could harm the cluster itself; `set role none` makes one.
  { environment: { PGOPTIONS: `-c role=${database.ownerUser}` }, reads },
);
