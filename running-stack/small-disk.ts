import type Docker from "dockerode";
import { partLabels } from "../infra/naming.ts";
import { runIn } from "./execute.ts";
import { allowRefusal, type Part } from "./part.ts";
import { standIn, standInLabel } from "./stand-in.ts";

/** What of a running stack is needed here. */
interface Stack {
  name: string;
  engine: Docker;
}

/** On the container that keeps a small disk mounted: whose data is on it, container names separated by spaces. */
const usersLabel = "capstone.drill.disk-of";
const ballast = "/small/ballast";
/** There, in the keeper's own memory, when all data has been moved to the disk. */
const moved = "/control/moved";

/** Keeps the disk mounted, so that what is on it outlives restarts of the part. */
const keep = "while :; do sleep 3600; done";

/**
 * A disk of a few hundred megabytes, in memory, for parts that share a volume: so that it can be filled and no other.
 * Their data is moved to it, and moved back by `restore`; the parts are stopped meanwhile.
 */
export class SmallDisk {
  private readonly stack: Stack;
  private readonly keeper: Docker.Container;
  /** Whose data is on it, as in `database-1`. */
  readonly of: string;
  private readonly name: string;
  private readonly path: string;

  private constructor(
    stack: Stack,
    keeper: Docker.Container,
    { of, name, path }: { of: string; name: string; path: string },
  ) {
    this.of = of;
    this.stack = stack;
    this.keeper = keeper;
    this.name = name;
    this.path = path;
  }

  /**
   * @param users Whose data will be on it; none is touched yet.
   * @param path Where they have the volume.
   */
  static async create(stack: Stack, users: Part[], path: string, megabytes: number): Promise<SmallDisk> {
    const [first] = users;
    if (!first) throw new Error("A disk is somebody's.");
    const { engine } = stack;
    const { Config, HostConfig } = await first.container.inspect();
    const own = (HostConfig.Binds ?? []).find((bind) => bind.split(":")[1] === path)?.split(":")[0];
    if (!own) throw new Error(`${first.name} has no volume at ${path}.`);
    const name = `${own}-small-disk`;
    const [label = "", value = ""] = standInLabel.split("=");
    const labels = { ...partLabels(stack.name, first.state.role), [label]: value };
    const [user = "0"] = Config.User.split(":");
    await engine.createVolume({
      Name: name,
      Driver: "local",
      DriverOpts: {
        type: "tmpfs",
        device: "tmpfs",
        o: `size=${megabytes}m,uid=${user},gid=${user},mode=0700`,
      },
      Labels: labels,
    });
    const keeper = await engine.createContainer({
      name,
      Image: Config.Image,
      User: Config.User,
      Entrypoint: ["sh", "-c", keep],
      Cmd: [],
      Labels: { ...labels, [usersLabel]: users.map(({ containerName }) => containerName).join(" ") },
      HostConfig: {
        Binds: [`${own}:/own`, `${name}:/small`],
        Tmpfs: { "/control": `uid=${user},mode=0700` },
        Init: true,
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
      },
    });
    await keeper.start();
    return new SmallDisk(stack, keeper, { of: first.name, name, path });
  }

  /** Moves a part to the disk: it is stopped, what it has is copied whole, and its stand-in goes on there. */
  async take(part: Part): Promise<void> {
    const beforeStart = () =>
      runIn(this.keeper, ["cp", "--archive", "--update", "--sparse=never", "/own/.", "/small/"]);
    await standIn(this.stack.engine, part, { volumes: { [this.path]: this.name }, beforeStart });
    await runIn(this.keeper, ["touch", moved]);
  }

  /**
   * Fills it to the last page, once: nobody but the part itself writes to a volume. The keeper does it, since it has no
   * limit of memory.
   */
  async fill(): Promise<void> {
    await runIn(this.keeper, ["sh", "-c", `cat /dev/zero >>${ballast} 2>/dev/null || true`]);
  }

  async free(): Promise<void> {
    await free(this.keeper);
  }
}

function free(keeper: Docker.Container): Promise<string> {
  return runIn(keeper, ["rm", "-f", ballast]);
}

/**
 * Stops who runs on a small disk and moves the data back, so that nothing written meanwhile is lost.
 * @returns What could not be moved back.
 */
export async function giveBackDisks(engine: Docker, stack: string): Promise<string[]> {
  const filters = { label: [`capstone.stack=${stack}`, usersLabel] };
  const said: string[] = [];
  for (const { Id, State, Labels } of await engine.listContainers({ all: true, filters })) {
    const users = Labels[usersLabel]?.split(" ") ?? [];
    const keeper = engine.getContainer(Id);
    if (State !== "running") {
      said.push(`${users.join(", ")}: the small disk is gone, so they have the data of before the drill`);
      continue;
    }
    await free(keeper);
    // Before that, the own volume has everything.
    if (!(await isThere(keeper, moved))) continue;
    await Promise.all(users.map((user) => stopStandIn(engine, user)));
    await runIn(keeper, [
      "sh",
      "-ec",
      "find /own -mindepth 1 -delete; cp --archive /small/. /own/; rm -f /own/ballast; sync",
    ]);
  }
  return said;
}

/** The part itself is held under another name and stopped already. */
async function stopStandIn(engine: Docker, name: string): Promise<void> {
  const container = engine.getContainer(name);
  const found = await allowRefusal(container.inspect(), 404);
  const [label = ""] = standInLabel.split("=");
  if (found?.Config.Labels[label] !== undefined) await allowRefusal(container.stop(), 304);
}

function isThere(container: Docker.Container, path: string): Promise<boolean> {
  return runIn(container, ["test", "-e", path]).then(
    () => true,
    () => false,
  );
}
