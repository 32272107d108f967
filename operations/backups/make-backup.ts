import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../../infra/docker/steps/docker-client.ts";
import { execute, findPrimary, requirePrimary } from "../../running-stack/containers.ts";

export type BackupType = "full" | "incr";

const attempts = 3;
/** Patroni takes a moment to notice that a primary failed. */
const pauseMs = 3_000;
const longestFailoverMs = 60_000;

/**
 * Makes a backup on the primary. One that a failover interrupts is repeated on the new primary.
 * @param say Called with progress.
 * @returns What was made, for people.
 */
export async function makeBackup(
  stack: string,
  type: BackupType,
  say: (line: string) => void,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const primary = await waitForPrimary(stack);
    const leadership = await leadershipOf(primary);
    say(`running on ${primary}`);
    try {
      return await execute(primary, ["nice", "-n", "10", "backups", "make", "--type", type]);
    } catch (error) {
      await sleep(pauseMs);
      const cutShort = leadership !== (await leadershipOf(await waitForPrimary(stack)));
      if (!cutShort || attempt === attempts) throw error;
      say("interrupted by a failover; trying again");
    }
  }
}

/** @throws PersonError when there is none within `longestFailoverMs`. */
async function waitForPrimary(stack: string): Promise<string> {
  const endsAtMs = Date.now() + longestFailoverMs;
  for (; Date.now() < endsAtMs; await sleep(500)) {
    const primary = await findPrimary(stack);
    if (primary) return primary;
  }
  return requirePrimary(stack);
}

/** Differs when another node has become primary since, or this one again. */
async function leadershipOf(primary: string): Promise<string> {
  const command = ["exec", primary, "sh", "-c", "curl --silent http://127.0.0.1:8008/patroni | jq .timeline"];
  const started = await docker(["inspect", "--format={{.State.StartedAt}}", primary]);
  return [primary, started.standardOutput, (await docker(command)).standardOutput].join("\n");
}
