import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ports } from "../../infra/topology.ts";
import { signalFromOutside } from "../../running-stack/processes.ts";
import { ask, signUp } from "./client.ts";
import { container, docker, query, readOutputs, run } from "./support.ts";

const consensusMembers = [1, 2, 3].map((node) => container("consensus", node));
const dataFolder = "/var/lib/postgresql/data";

async function primaryAndReplica(): Promise<{ primary: number; replica: number }> {
  const primary = (await query(1, "select pg_is_in_recovery()")) === "f" ? 1 : 2;
  return { primary, replica: 3 - primary };
}

/** A metric of the watcher of a database node; NaN while there is none. */
async function metric(node: number, name: string): Promise<number> {
  const url = `http://127.0.0.1:${ports.nodeWatch}/metrics`;
  const { stdout } = await run("docker", ["exec", container("database", node), "curl", "--silent", url]);
  return Number(new RegExp(`^capstone_node_${name} (\\S+)$`, "m").exec(stdout)?.[1] ?? Number.NaN);
}

/** Ends a container's init as a crash would, so that its restart policy acts. */
async function crash(name: string): Promise<void> {
  const format = "{{.State.Pid}} {{.Id}} {{.Image}}";
  const [pid = "", id = "", image = ""] = (await docker("inspect", "--format", format, name)).split(" ");
  signalFromOutside([Number(pid)], "SIGKILL", { id, image });
}

/** Whether consensus names a leader and a synchronous standby, as a takeover needs. */
async function canFailOver(): Promise<boolean> {
  for (const member of consensusMembers) {
    const get = ["etcdctl", "--command-timeout=2s", "get", "--print-value-only"];
    const leader = await run("docker", ["exec", member, ...get, "/service/capstone/leader"]);
    const sync = await run("docker", ["exec", member, ...get, "/service/capstone/sync"]);
    if (!leader.stdout.startsWith("database-") || !sync.stdout.includes('"sync_standby":"database-'))
      return false;
  }
  return true;
}

describe("sixteen bytes flipped in a table's file on the replica", () => {
  it("are noticed, and the replica is remade from the primary", async () => {
    const { primary, replica } = await primaryAndReplica();
    await query(
      primary,
      "create table damaged with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 10000) n",
    );
    try {
      // Whatever comes to it later would write its pages from memory once more, whole.
      await query(primary, "vacuum (freeze) damaged");
      await query(primary, "checkpoint");
      const file = `${dataFolder}/17/${await query(primary, "select pg_relation_filepath('damaged')")}`;
      const name = container("database", replica);
      await docker("exec", name, "rm", "-f", `${dataFolder}/node-watch/remade.json`);
      const written = await query(primary, "select pg_current_wal_flush_lsn()");
      const replayed = () => query(replica, `select pg_last_wal_replay_lsn() >= '${written}'`);
      await expect.poll(replayed, { timeout: 30_000 }).toBe("t");
      await query(replica, "checkpoint");
      const flip = `
f = open("${file}", "r+b"); f.seek(823200); was = f.read(16); f.seek(823200); f.write(bytes(b ^ 255 for b in was))`;
      const struckAt = Date.now() / 1000;
      await docker("exec", name, "python3", "-c", flip);
      await expect
        .poll(() => metric(replica, "remade_timestamp_seconds"), { timeout: 180_000, interval: 1_000 })
        .toBeGreaterThan(struckAt);
      await expect.poll(canFailOver, { timeout: 60_000, interval: 500 }).toBe(true);
      await expect
        .poll(() => query(replica, "select count(filler) from damaged").catch(String), { timeout: 60_000 })
        .toBe("10000");
      expect(await docker("logs", "--since", "5m", name)).toMatch(
        /pages are damaged, 1 in all: block 100 of base[\s\S]*is remade from the primary: pages are damaged, 1 in all/,
      );
      // The copy is checked as well, and found sound.
      await expect
        .poll(() => metric(replica, "pages_last_pass_timestamp_seconds"), {
          timeout: 90_000,
          interval: 1_000,
        })
        .toBeGreaterThan(struckAt);
      expect(await metric(replica, "pages_damaged_blocks")).toBe(0);
    } finally {
      await query((await primaryAndReplica()).primary, "drop table damaged");
    }
  });
});

describe("an upload's block, damaged on two of three object store nodes", () => {
  it("is noticed at the next read, and comes from the third", async () => {
    const nodes = [1, 2, 3].map((node) => container("object-store", node));
    const inNode = (node: string, script: string) => docker("exec", node, "sh", "-c", script);
    await Promise.all(nodes.map((node) => inNode(node, "touch /tmp/before")));
    const { apiUrl } = await readOutputs();
    const account = await signUp(apiUrl);
    // Noise, so that even compressed it is more than what Garage keeps inside its metadata.
    const side = 300;
    const raw = { width: side, height: side, channels: 3 as const };
    const stored = await ask(`${apiUrl}/api/v1/me/avatar`, {
      method: "PUT",
      body: await sharp(randomBytes(side * side * 3), { raw })
        .png()
        .toBuffer(),
      token: account.accessToken,
      headers: { "content-type": "image/png" },
    });
    expect(stored.status).toBe(200);
    const full: string = stored.body.avatarUrl;
    // Each size is a block of its own, and a block is looked at when it is read.
    const sizes = [full, full.replace(/\.webp$/, "-160.webp")];
    const read = () =>
      Promise.all(sizes.map(async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())));
    const before = await read();
    const sums =
      "find /var/lib/garage/data/blocks -type f -newer /tmp/before ! -name '*.corrupted' | sort | xargs md5sum";
    // The third copy of an object may be written after the answer.
    const whole = await expect
      .poll(async () => new Set(await Promise.all(nodes.map((node) => inNode(node, sums)))).size, {
        timeout: 30_000,
      })
      .toBe(1)
      .then(() => inNode(nodes[2] ?? "", sums));
    expect(whole).not.toBe("");
    const damage =
      "find /var/lib/garage/data/blocks -type f -newer /tmp/before | while read -r file; do printf damaged-damaged- | dd of=$file conv=notrunc status=none; done";
    await Promise.all(nodes.slice(0, 2).map((node) => inNode(node, damage)));
    expect(await inNode(nodes[0] ?? "", sums)).not.toBe(whole);
    expect(await read()).toEqual(before);
    // Each node mends its own copy when it is asked for it.
    await expect
      .poll(
        async () => {
          expect(await read()).toEqual(before);
          return Promise.all(nodes.map((node) => inNode(node, sums)));
        },
        { timeout: 120_000, interval: 500 },
      )
      .toEqual([whole, whole, whole]);
  });
});

describe("consensus", () => {
  const lose = (member: string) => docker("exec", member, "sh", "-c", "rm -rf /var/lib/consensus/*");

  it("has a member back by itself that lost its disk", async () => {
    const [member = ""] = consensusMembers;
    await lose(member);
    await crash(member);
    const health = ["exec", member, "etcdctl", "--command-timeout=2s", "endpoint", "health"];
    await expect
      .poll(async () => (await run("docker", health)).exitCode, { timeout: 60_000, interval: 500 })
      .toBe(0);
    const members = await docker("exec", member, "etcdctl", "member", "list");
    expect(members.split("\n")).toHaveLength(consensusMembers.length);
    await expect.poll(canFailOver, { timeout: 30_000, interval: 500 }).toBe(true);
  });

  it("that lost all its data gets a leader and a standby again, and the standby can take over", async () => {
    const { primary, replica } = await primaryAndReplica();
    await Promise.all(consensusMembers.map(lose));
    await Promise.all(consensusMembers.map(crash));
    // Patroni answers from what it knew before: the consensus of now has to have the leader.
    const get = ["etcdctl", "--command-timeout=2s", "get", "--print-value-only", "/service/capstone/leader"];
    const recordedBy = async (member: string) =>
      (await run("docker", ["exec", member, ...get])).stdout.trim();
    const recorded = async () => [...new Set(await Promise.all(consensusMembers.map(recordedBy)))];
    await expect.poll(recorded, { timeout: 90_000, interval: 500 }).toEqual([`database-${primary}`]);
    await expect.poll(canFailOver, { timeout: 90_000, interval: 500 }).toBe(true);
    expect(await primaryAndReplica()).toEqual({ primary, replica });
    // No restart policy acts after this, so the other node has to take over.
    await docker("kill", container("database", primary));
    const recovering = () => query(replica, "select pg_is_in_recovery()").catch(String);
    await expect.poll(recovering, { timeout: 60_000, interval: 250 }).toBe("f");
    await docker("start", container("database", primary));
    await expect.poll(canFailOver, { timeout: 90_000, interval: 500 }).toBe(true);
  });
});
