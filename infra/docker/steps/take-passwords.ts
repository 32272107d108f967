import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../errors.ts";
import { docker, lastLines } from "./docker-client.ts";
import { isPrimary } from "./is-primary.ts";

export interface RunningNodes {
  containerNames: string[];
  /** How long to wait for a failover that is under way. */
  timeoutSeconds: number;
}

/**
 * The primary gives the database's roles the passwords that are in the nodes' files, and every node reads these again:
 * some tenths of a second apart. A replica's stream goes on through it; one that breaks just then is there again with
 * the next attempt. Where no node runs there is nothing to do: the first primary gives them when it starts.
 * @throws PersonError when nodes run and none of them is the primary within the time.
 */
export async function takePasswords({ containerNames, timeoutSeconds }: RunningNodes): Promise<void> {
  const endsAtMs = Date.now() + timeoutSeconds * 1_000;
  for (;;) {
    const running = await findRunningNodes(containerNames);
    if (running.length === 0) return;
    const primary = await findPrimary(running);
    if (primary) {
      await mustSucceed(primary, ["backups", "give-passwords"]);
      await Promise.all(running.map((name) => mustSucceed(name, ["take-secrets"])));
      return;
    }
    if (Date.now() > endsAtMs) {
      throw new PersonError(
        `No database node is the primary within ${timeoutSeconds} s, so the passwords were not changed: ${running.join(", ")}.`,
      );
    }
    await sleep(500);
  }
}

/** The nodes that are running and support this; one started by an earlier release is only replaced. */
async function findRunningNodes(names: string[]): Promise<string[]> {
  const able = await Promise.all(
    names.map(
      async (name) => (await docker(["exec", name, "test", "-e", "/run/patroni/pid"])).exitCode === 0,
    ),
  );
  return names.filter((_, index) => able[index]);
}

async function findPrimary(names: string[]): Promise<string | undefined> {
  for (const name of names) if (await isPrimary(name)) return name;
  return undefined;
}

async function mustSucceed(name: string, command: string[]): Promise<void> {
  const ended = await docker(["exec", name, ...command]);
  if (ended.exitCode !== 0) throw new PersonError(`${name}, ${command.join(" ")}: ${lastLines(ended)}`);
}
