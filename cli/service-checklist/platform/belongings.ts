import { readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { removeLeftovers } from "../../../running-stack/leftovers.ts";

/** Two runs at once, in two work trees say, have containers of their own. */
const prefix = "checklist-";

/** What one run of the checklist makes in the engine: all of it has one label and goes at its end. */
export class Belongings {
  readonly stack = `${prefix}${process.pid}-${++made}`;

  get labels(): string[] {
    return ["--label", `capstone.stack=${this.stack}`];
  }

  nameOf(role: string): string {
    return `capstone-${this.stack}-${role}`;
  }

  async remove(): Promise<void> {
    await removeLeftovers(this.stack, true);
  }
}

let made = 0;

/** Removes what runs left behind that are no more. */
export async function removeLeftBehind(): Promise<void> {
  const format = '{{.Label "capstone.stack"}}';
  const filter = ["--filter", "label=capstone.stack", "--format", format];
  const listed = await Promise.all(
    [
      ["ps", "--all"],
      ["network", "ls"],
      ["volume", "ls"],
    ].map((list) => readDocker([...list, ...filter])),
  );
  for (const stack of new Set(listed.join("\n").split("\n"))) {
    const runner = Number(new RegExp(`^${prefix}(\\d+)-`).exec(stack)?.[1]);
    if (runner > 0 && !isRunning(runner)) await removeLeftovers(stack, true);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
