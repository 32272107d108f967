import { setTimeout as sleep } from "node:timers/promises";
import { ports, type Role } from "../../infra/topology.ts";
import type { Part } from "../../running-stack/part.ts";
import { psql } from "../../running-stack/psql.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Scene } from "../drill.ts";

const dataFolder = "/var/lib/postgresql/data";

/** Where each kind of part keeps its data. */
const folders: Partial<Record<Role, string>> = {
  database: dataFolder,
  consensus: "/var/lib/consensus",
  "object-store": "/var/lib/garage/data",
  backup: "/var/lib/pgbackrest",
  metrics: "/var/lib/metrics",
};

/** Nodes are remade once an hour at most: as if the last time were long ago, so that drills can follow one another. */
export async function forgetRemakes(stack: RunningStack): Promise<void> {
  const forget = [
    "rm",
    "-f",
    `${dataFolder}/node-watch/remade.json`,
    `${dataFolder}/node-watch/handed-over.json`,
  ];
  await Promise.all(stack.parts("database").map((node) => node.run(forget)));
}

/** Writes zeros over what Postgres needs first, then kills the node: it comes back and cannot start. */
export async function loseControlFile(node: Part): Promise<void> {
  const file = `${dataFolder}/17/global/pg_control`;
  await node.inject("control file overwritten", () =>
    node.run(["dd", "if=/dev/zero", `of=${file}`, "bs=8192", "count=1", "conv=notrunc", "status=none"]),
  );
  await node.crash();
}

const table = "drill_damage";

/**
 * Makes a table of some megabytes for damage, which no request reads and no vacuum comes to, and waits until every node has it:
 * whatever changed a page later would write it from memory once more, whole.
 */
export async function makeTableForDamage({ stack, primary }: Scene): Promise<void> {
  await psql(
    primary,
    `\\connect capstone
    create table if not exists ${table} with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 10000) n;
    vacuum (freeze) ${table};
    checkpoint;`,
  );
  const written = await one(primary, "select pg_current_wal_flush_lsn()");
  for (const node of stack.parts("database"))
    while ((await one(node, `select ${replayed} >= '${written}'`)) === "f") await sleep(200);
}

/** On the primary itself nothing is replayed. */
const replayed =
  "case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end";

/** What a query of one value has. */
async function one(node: Part, query: string): Promise<string> {
  const printed = await psql(node, `\\pset format unaligned\n\\pset tuples_only\n${query};`);
  return printed.split("\n").at(-1)?.trim() ?? "";
}

export async function dropTableForDamage(primary: Part): Promise<void> {
  await psql(primary, `\\connect capstone\ndrop table if exists ${table};`);
}

/** Flips sixteen bytes in the middle of that table's file on this node's disk, where all of it has been written. */
export async function damagePage(node: Part): Promise<void> {
  await psql(node, "checkpoint;");
  const path = await psql(
    node,
    `\\connect capstone\n\\pset format unaligned\n\\pset tuples_only\nselect pg_relation_filepath('${table}');`,
  );
  const flip = `
f = open("${dataFolder}/17/${path.split("\n").at(-1)?.trim()}", "r+b")
f.seek(100 * 8192 + 4000)
flipped = bytes(byte ^ 255 for byte in f.read(16))
f.seek(100 * 8192 + 4000)
f.write(flipped)`;
  await node.inject("sixteen bytes flipped on its disk", () => node.run(["python3", "-c", flip]));
}

/** When the node's watcher remade it last, in milliseconds since 1970; 0 when never, or when it cannot be asked. */
export async function remadeAtMs(node: Part): Promise<number> {
  const url = `http://127.0.0.1:${ports.nodeWatch}/metrics`;
  const metrics = await node.run(["curl", "--silent", "--max-time", "2", url]).catch(() => "");
  return Number(/^capstone_node_remade_timestamp_seconds ([\d.e+]+)$/m.exec(metrics)?.[1] ?? 0) * 1000;
}

/** Removes all that a consensus member has kept, then kills it. */
export async function loseConsensusData(members: Part[]): Promise<void> {
  const [first] = members;
  const what = members.length === 1 ? "disk lost" : "disks of all members lost";
  await first?.inject(what, () =>
    Promise.all(members.map((member) => member.run(["sh", "-c", "rm -rf /var/lib/consensus/*"]))),
  );
  await Promise.all(members.map((member) => member.crash()));
}

/** Removes everything on a part's disk, then kills it. */
export async function loseDisk(part: Part): Promise<void> {
  await part.inject("disk lost", () => part.run(["find", folderOf(part), "-mindepth", "1", "-delete"]));
  await part.crash();
}

/**
 * Writes noise over files, then kills the part.
 * @param pattern Of the shell, from the part's data folder on.
 */
export async function damageFiles(part: Part, pattern: string): Promise<void> {
  const overwrite = `for file in ${folderOf(part)}/${pattern}; do
    [ -f "$file" ] || continue
    head -c "$(stat --format=%s "$file")" /dev/urandom | dd of="$file" conv=notrunc status=none
    found=yes
  done
  [ "$found" = yes ]`;
  await part.inject("data overwritten", () => part.run(["sh", "-c", overwrite]));
  await part.crash();
}

/** Takes a file's or folder's permissions away, then kills the part. */
export async function makeUnreadable(part: Part, path: string): Promise<void> {
  await part.inject("data made unreadable", () => part.run(["chmod", "000", `${folderOf(part)}/${path}`]));
  await part.crash();
}

function folderOf(part: Part): string {
  const folder = folders[part.state.role];
  if (!folder) throw new Error(`${part.name} keeps no data.`);
  return folder;
}
