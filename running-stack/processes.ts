import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type Docker from "dockerode";

export interface Process {
  /** In the host's process namespace, not the container's. */
  pid: number;
  parent: number;
  command: string;
}

/** The processes of a running container, its init first. */
export async function processesOf(container: Docker.Container): Promise<Process[]> {
  const { Processes } = (await container.top({ ps_args: "-eo pid,ppid,args" })) as { Processes: string[][] };
  return initFirst(
    Processes.map(([pid, parent, command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      command: command ?? "",
    })),
  );
}

/** Numbers start again from the lowest after the highest, so init need not have the lowest. */
export function initFirst(processes: Process[]): Process[] {
  const own = new Set(processes.map(({ pid }) => pid));
  const isStarted = ({ parent }: Process) => Number(own.has(parent));
  return processes.toSorted((a, b) => isStarted(a) - isStarted(b));
}

/** The container that processes belong to, or whose shims they are. */
export interface Owner {
  /** As the engine has it, 64 characters. */
  id: string;
  /** Any image with a shell that the engine has. */
  image: string;
}

/**
 * Signals processes from outside their container. To Docker that looks like a crash; after `docker kill` no restart
 * policy acts. Root does it directly where their numbers are this machine's, which takes no time; otherwise, as where the
 * engine runs in a virtual machine, a container in the engine's process namespace does.
 */
export function signalFromOutside(pids: number[], signal: NodeJS.Signals, owner: Owner): void {
  // The engine reports 0 for a stopped container; to the kernel, 0 is our own process group.
  if (pids.some((pid) => pid <= 1)) throw new Error(`There is no such process to send ${signal} to.`);
  if (process.getuid?.() === 0 && areHere(pids, owner.id)) {
    for (const pid of pids) tolerant(() => process.kill(pid, signal));
    return;
  }
  const kill = `kill -s ${signal.slice("SIG".length)} ${pids.join(" ")}`;
  const options = ["--rm", "--pid", "host", "--network", "none", "--user", "0", "--entrypoint", "sh"];
  const { status, stderr } = spawnSync("docker", ["run", ...options, owner.image, "-c", kill], {
    encoding: "utf8",
  });
  if (status !== 0 && !/No such process/.test(stderr))
    throw new Error(`${signal} could not be sent: ${stderr}`);
}

/**
 * Whether numbers are those of a container's processes on this machine: a process's control group carries the container's
 * id, as does the command line of its shim. Some may have ended meanwhile; none may be somebody else's.
 */
export function areHere(pids: number[], id: string, proc = "/proc"): boolean {
  const owners = pids.map((pid) => ownerOf(pid, id, proc));
  return owners.includes("container") && !owners.includes("other");
}

function ownerOf(pid: number, id: string, proc: string): "container" | "other" | "nobody" {
  try {
    const told = ["cgroup", "cmdline"].map((file) => readFileSync(`${proc}/${pid}/${file}`, "utf8"));
    return told.some((text) => text.includes(id)) ? "container" : "other";
  } catch {
    return "nobody";
  }
}

/** Ignores a process that has already ended. */
function tolerant(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
