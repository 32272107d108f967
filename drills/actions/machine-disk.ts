import { existsSync, readFileSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { partLabels } from "../../infra/naming.ts";
import { allowRefusal } from "../../running-stack/part.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { standInLabel } from "../../running-stack/stand-in.ts";
import type { Drill } from "../drill.ts";
import { whileWatched } from "../observe/status-watch.ts";

export type Resource = "space" | "inodes";

/** After this everything is given back even if nobody is left to ask for it. */
const longestSeconds = { space: 240, inodes: 900 };
/** More than these take too long to use up, and to give back. */
const mostInodes = 5_000_000;
/** Free again, after which the disk counts as having space: the rest follows. */
const enough = { space: 1024 ** 3, inodes: 20_000 };
/** What a file system keeps for itself: ext4 some thousand blocks. */
const keptByFileSystem = { space: 32 * 1024 ** 2, inodes: 0 };

const script = readFileSync(new URL("./machine-disk.py", import.meta.url), "utf8");

/** Bytes or inodes; file systems keep some for root. */
interface Free {
  forAll: number;
  forRoot: number;
}

/** The disk of the Docker engine's data: every container, image and volume is on it. */
export class MachineDisk {
  private readonly filler: Docker.Container;
  private readonly folder: string;
  private readonly resource: Resource;

  private constructor(filler: Docker.Container, folder: string, resource: Resource) {
    this.filler = filler;
    this.folder = folder;
    this.resource = resource;
  }

  /** Why this machine's disk must not be filled, in a sentence; undefined when it may be. */
  static async refusal({ engine }: RunningStack, resource: Resource): Promise<string | undefined> {
    const folder = await dataFolder(engine);
    if (process.platform !== "linux" || !existsSync(folder))
      return `The Docker engine's data (${folder}) is not on this machine, so its disk cannot be filled and freed safely.`;
    const sharing = ["/", homedir(), tmpdir()].filter(
      (other) => statSync(other).dev === statSync(folder).dev,
    );
    if (sharing.length > 0)
      return `The Docker engine's data (${folder}) shares its disk with ${sharing.join(" and ")}, so filling it would harm more than the stack: give ${folder} a file system of its own.`;
    const { files } = await statfs(folder);
    if (resource === "inodes" && (files === 0 || files > mostInodes))
      return files === 0
        ? `The file system of ${folder} has no fixed number of inodes, so they cannot be used up.`
        : `The file system of ${folder} has ${files} inodes: using them up would take too long; allowed are ${mostInodes}.`;
    return undefined;
  }

  /** Takes all but a spare, which is what takes long; call `fill` for the rest. Removed with the stand-ins. */
  static async prepare(stack: RunningStack, resource: Resource): Promise<MachineDisk> {
    const { engine } = stack;
    const name = `capstone-${stack.name}-machine-disk`;
    const [label = "", value = ""] = standInLabel.split("=");
    const labels = { ...partLabels(stack.name, "drill"), [label]: value };
    await engine.createVolume({ Name: name, Driver: "local", Labels: labels });
    const filler = await engine.createContainer({
      name,
      // Has Python, and is there.
      Image: stack.part("database").state.image,
      // What a file system keeps for root is taken too.
      User: "0:0",
      Entrypoint: ["python3", "-c", script, resource, String(longestSeconds[resource])],
      Cmd: [],
      WorkingDir: "/taken",
      Labels: labels,
      HostConfig: {
        Binds: [`${name}:/taken`],
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Init: true,
        CpuShares: 256,
      },
    });
    await filler.start();
    const disk = new MachineDisk(filler, await dataFolder(engine), resource);
    stack.undoLater(() => disk.end());
    await disk.untilFree(({ forAll }) => forAll <= 1.5 * enough[resource], longestSeconds[resource] * 500);
    return disk;
  }

  /** Takes all that is left, also of what is kept for root, until `free`. */
  async fill(): Promise<void> {
    await this.signal("SIGUSR1");
    await this.untilFree(({ forRoot }) => forRoot <= keptByFileSystem[this.resource], 30_000);
  }

  /** Resolves when there is enough again; more follows. */
  async free(): Promise<void> {
    await this.signal("SIGTERM");
    await this.untilFree(({ forAll }) => forAll >= enough[this.resource], 60_000);
  }

  private async end(): Promise<void> {
    await this.signal("SIGTERM");
    await this.filler.wait();
  }

  /** Nothing is written for it, so that it works on a full disk. */
  private async signal(signal: string): Promise<void> {
    await allowRefusal(this.filler.kill({ signal }), 404, 409);
  }

  private async untilFree(condition: (free: Free) => boolean, timeoutMs: number): Promise<void> {
    const endsAtMs = Date.now() + timeoutMs;
    for (;;) {
      const { bavail, bfree, bsize, ffree } = await statfs(this.folder);
      const free =
        this.resource === "space"
          ? { forAll: bavail * bsize, forRoot: bfree * bsize }
          : { forAll: ffree, forRoot: ffree };
      if (condition(free)) return;
      if (Date.now() > endsAtMs)
        throw new Error(`The machine's disk has ${free.forRoot} free: ${await this.complaint()}`);
      await sleep(100);
    }
  }

  private async complaint(): Promise<string> {
    const logs = await this.filler.logs({ stderr: true, follow: false });
    return logs.toString().trim().slice(-300) || "the drill did not get further in time";
  }
}

/** A drill that uses up the machine's disk, with everything that is on it. */
export function fullMachineDisk(what: {
  description: string;
  resource: Resource;
  seconds: number;
  expected: Drill["expected"];
}): Drill {
  let disk: MachineDisk | undefined;
  return {
    description: what.description,
    refusal: (stack) => MachineDisk.refusal(stack, what.resource),
    async prepare({ stack }) {
      disk = await MachineDisk.prepare(stack, what.resource);
    },
    async inject(scene) {
      const { journal } = scene.stack;
      await whileWatched(scene, async () => {
        await journal.note("inject", `machine: no ${what.resource} left`, async () => disk?.fill());
        await scene.seconds(what.seconds);
        await journal.note("clear", `machine: ${what.resource} again`, async () => disk?.free());
      });
    },
    expected: what.expected,
    readers: 4,
    soak: false,
  };
}

async function dataFolder(engine: Docker): Promise<string> {
  const { DockerRootDir } = (await engine.info()) as { DockerRootDir: string };
  return DockerRootDir;
}
