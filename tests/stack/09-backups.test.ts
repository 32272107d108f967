import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { partName } from "../../infra/naming.ts";
import { secretsDirectory, userIds } from "../../infra/topology.ts";
import { ask, load, png, signUp } from "./client.ts";
import {
  command,
  container,
  docker,
  mustSucceed,
  type Outputs,
  query,
  readOutputs,
  run,
  stack,
} from "./support.ts";

let outputs: Outputs;
beforeAll(async () => {
  outputs = await readOutputs();
});

const backup = container("backup", 1);
const inBackup = (script: string) => docker("exec", backup, "sh", "-c", script);
const repository = "/var/lib/pgbackrest";

/** The sentence with which a verified restore fails; and that the metric says so too. */
async function complaintOf(verified: Awaited<ReturnType<typeof command>>): Promise<string> {
  expect(verified.exitCode, verified.stdout + verified.stderr).toBe(1);
  expect(await metrics()).toContain("\ncapstone_restore_verify_ok 0\n");
  return verified.stderr;
}

const metrics = () => docker("exec", backup, "curl", "--silent", "http://127.0.0.1:9101/metrics");

describe("a backup", () => {
  it("is made by command, uploads too, and restores", async () => {
    const account = await signUp(outputs.apiUrl);
    const put = { method: "PUT", body: png(), token: account.accessToken };
    const avatar = await ask(`${outputs.apiUrl}/api/v1/me/avatar`, {
      ...put,
      headers: { "content-type": "image/png" },
    });
    expect(avatar.status).toBe(200);
    const made = await mustSucceed(command("backup", ["--type", "full"]));
    expect(made.stdout).toMatch(/^Full backup \d{8}-\d{6}F: .* MB of database/m);
    expect(made.stdout).toMatch(/^Uploads: the copy has [1-9]\d* objects/m);
    const verified = await mustSucceed(command("restore-verify"));
    expect(verified.stdout).toMatch(/restores: \d+ tables with [1-9]\d* rows, the same as/);
    console.log(made.stdout + verified.stdout);
    const said = await metrics();
    expect(said).toContain("\ncapstone_restore_verify_ok 1\n");
    expect(said).toMatch(/^capstone_backup_last_success_timestamp_seconds\{type="full"\} \d+$/m);
    expect(said).toMatch(/^capstone_backup_repository_bytes [1-9]\d+$/m);
  });

  it("leaves nothing readable in the repository", async () => {
    expect(
      await inBackup(
        `grep --recursive --files-with-matches --binary-files=text CREATE ${repository}/backup || true`,
      ),
    ).toBe("");
    const headers = await inBackup(
      `find ${repository}/backup ${repository}/archive -type f | while read -r file; do head -c 8 "$file"; echo; done | sort -u`,
    );
    expect(headers).toBe("Salted__");
  });

  it("that is too old is found", async () => {
    const verified = await command("restore-verify", ["--max-age-hours", "0"]);
    expect(await complaintOf(verified)).toMatch(/newest backup is too old: \d{8}-\d{6}F is \d/);
  });

  it("that another key made is found", async () => {
    const other =
      "mkdir -p /tmp/other && printf '[global]\\nrepo1-cipher-pass=another\\n' >/tmp/other/key.conf";
    const verified = await run("docker", [
      ...["exec", backup, "sh", "-c", `${other} && PGBACKREST_CONFIG_INCLUDE_PATH=/tmp/other backups verify`],
    ]);
    expect(await complaintOf(verified)).toContain("Wrong key: ");
  });

  it("whose log lacks a segment is found, and the segment named", async () => {
    const files = (await inBackup(`ls -tr ${repository}/archive/capstone/*/*/*-*`)).split("\n");
    const file = files.at(-2) ?? "";
    const segment = file.split("/").at(-1)?.slice(0, 24);
    await inBackup(`mv ${file} /tmp/segment`);
    try {
      expect(await complaintOf(await command("restore-verify"))).toContain(
        `WAL segment ${segment} is missing from the archive`,
      );
    } finally {
      await inBackup(`mv /tmp/segment ${file}`);
    }
  });

  it("with a flipped byte is found, and the file named", async () => {
    const file = (await inBackup(`ls -t ${repository}/backup/capstone/*F/bundle/1 | head -1`)).trim();
    const flip = `python3 -c "
f = open('${file}', 'r+b'); f.seek(0, 2); f.seek(f.tell() // 2); b = f.read(1); f.seek(-1, 1); f.write(bytes([b[0] ^ 1]))"`;
    await inBackup(flip);
    try {
      expect(await complaintOf(await command("restore-verify"))).toMatch(
        /Damaged repository: .*bundle|F\/bundle/,
      );
    } finally {
      await inBackup(flip);
    }
    await mustSucceed(command("restore-verify"));
  });

  it("whose copied upload is damaged has it copied anew", async () => {
    const file = await inBackup(`find ${repository}/uploads -type f | head -1`);
    expect(file).not.toBe("");
    await inBackup(`python3 -c "
f = open('${file}', 'r+b'); f.seek(-1, 2); b = f.read(1); f.seek(-1, 2); f.write(bytes([b[0] ^ 1]))"`);
    const verified = await mustSucceed(command("restore-verify"));
    expect(verified.stdout).toMatch(/Damaged copied uploads were copied anew: \S+/);
    const sound = await mustSucceed(command("restore-verify"));
    expect(sound.stdout).toContain("Every copied upload is readable.");
  });
});

describe("a segment of the log that no node has any more", () => {
  it("is what a replica asks the archive for, and gets", async () => {
    const node = (await query(1, "select pg_is_in_recovery()")) === "t" ? 1 : 2;
    const replica = container("database", node);
    expect(await query(node, "show restore_command")).toBe('restore-segment "%f" "%p"');
    const archived = await inBackup(`ls -tr ${repository}/archive/capstone/*/*/*-* | grep -v partial`);
    const segment = archived.split("\n").at(-1)?.split("/").at(-1)?.slice(0, 24);
    const get = `restore-segment ${segment} /tmp/segment && stat --format %s /tmp/segment && rm /tmp/segment`;
    expect(await docker("exec", replica, "sh", "-c", get)).toBe(String(4 * 2 ** 20));
  });

  it("is not looked for where it never was, nor is a timeline", async () => {
    for (const name of ["7FFFFFFF0000000000000001", "00000002.history"]) {
      const asked = ["restore-segment", name, "/tmp/none"];
      const answer = await run("docker", ["exec", container("database", 1), ...asked]);
      expect(answer).toMatchObject({ exitCode: 1, stdout: "", stderr: "" });
    }
  });
});

describe("a backup that a failover cuts short", () => {
  it("is made again on the primary of then, and restores", async () => {
    const primary = (await query(1, "select pg_is_in_recovery()")) === "f" ? 1 : 2;
    const count = `ls -d ${repository}/backup/capstone/*F | wc -l`;
    const before = await inBackup(count);
    const making = command("backup", ["--type", "full"]);
    await expect.poll(() => inBackup(count), { timeout: 30_000, interval: 50 }).not.toBe(before);
    await docker("kill", container("database", primary));
    const made = await mustSucceed(making);
    expect(made.stderr).toContain("interrupted by a failover; trying again");
    expect(made.stderr).toContain(`running on ${container("database", 3 - primary)}`);
    expect(made.stdout).toMatch(/^Full backup \d{8}-\d{6}F: /m);
    await docker("start", container("database", primary));
    await mustSucceed(command("restore-verify"));
  });
});

describe("a restore to a moment", () => {
  it("is refused where it cannot be, and nothing is changed", async () => {
    const before = await docker("ps", "--quiet", "--no-trunc", "--filter", "label=capstone.role=database");
    for (const [to, sentence] of [
      ["2020-01-01T00:00:00Z", /before the first backup was complete; the earliest moment to restore to is/],
      ["2100-01-01T00:00:00Z", /is in the future/],
      ["yesterday", /allowed are latest or a time like/],
    ] as const) {
      const refused = await command("restore", ["--to", to, "--yes"]);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(sentence);
    }
    const unconfirmed = await command("restore", ["--to", "latest"]);
    expect(unconfirmed.stderr).toMatch(/confirm with --yes/);
    expect(await docker("ps", "--quiet", "--no-trunc", "--filter", "label=capstone.role=database")).toBe(
      before,
    );
  });
});

describe("a restore that its disk has no room for", () => {
  it("is refused before it copies anything", async () => {
    const memory = (path: string) =>
      `--tmpfs=${path}:uid=${userIds.database},gid=${userIds.database},mode=0700,size=64m`;
    const small = await run("docker", [
      ...["run", "--rm", "--network=none", `--user=${userIds.database}:${userIds.database}`],
      ...["/var/lib/postgresql/data", "/run/backup", "/run/postgresql", "/tmp"].map(memory),
      `--volume=${partName(stack, "backup")}:${repository}`,
      `--volume=${partName(stack, "database-secrets")}:${secretsDirectory}:ro`,
      await docker("inspect", "--format={{.Image}}", backup),
      ...["start-restore", "copy", "--plan", await inBackup("backups plan --to latest")],
    ]);
    expect(small.exitCode).toBe(1);
    expect(small.stderr).toMatch(
      /A restore takes 0\.\d GB beside what is there, and 0\.1 GB are free\. Nothing was changed\./,
    );
  });
});

describe("both database volumes lost under load", () => {
  it("come back from the archive without what was acknowledged in the last 5 s, and with all before", async () => {
    const account = await signUp(outputs.apiUrl);
    const traffic = load(outputs.apiUrl, account, 20);
    // More than the archive may lack, so that there is something for it to have.
    await expect.poll(traffic.acknowledgedCount, { timeout: 60_000 }).toBeGreaterThan(50);
    await sleep(8_000);
    const nodes = [container("database", 1), container("database", 2)];
    const lostAt = Date.now();
    await docker("rm", "--force", ...nodes);
    const stopped = traffic.stop();
    await docker("volume", "rm", ...nodes);
    const restored = await mustSucceed(command("restore", ["--to", "latest", "--yes"]));
    const { acknowledged } = await stopped;
    const there = new Set(
      (
        await query(
          1,
          `select body from posts join accounts on accounts.id = account_id where handle = '${account.handle}'`,
        )
      ).split("\n"),
    );
    const missing = acknowledged.filter(({ body }) => !there.has(body));
    const oldestMs = Math.max(0, ...missing.map(({ atMs }) => lostAt - atMs));
    console.log(
      `${restored.stdout}\n${acknowledged.length} posts acknowledged, ${missing.length} lost, the oldest of them ${oldestMs} ms before; restored in ${restored.durationMs} ms`,
    );
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(oldestMs).toBeLessThan(5_000);
    expect((await ask(outputs.healthUrl)).status).toBe(200);
  });
});
