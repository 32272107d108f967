import { spawnSync } from "node:child_process";
import type Docker from "dockerode";

export interface Process {
  /** As the machine counts, not as the container does. */
  pid: number;
  parent: number;
  command: string;
}

/** The processes of a running container, its init first. */
export async function processesOf(container: Docker.Container): Promise<Process[]> {
  const { Processes } = (await container.top({ ps_args: "-eo pid,ppid,args" })) as { Processes: string[][] };
  return Processes.map(([pid, parent, command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    command: command ?? "",
  }));
}

/**
 * Signals processes from outside their container: that is how a crash looks to Docker, while `docker kill` counts as
 * stopped by hand and no restart policy acts. Root does it directly; anyone else through a container of the machine's
 * process namespace.
 * @param image Any image that is there and has a shell.
 */
export function signalFromOutside(pids: number[], signal: NodeJS.Signals, image: string): void {
  // 0 is what the engine says of a container that does not run, and our own process group to the kernel.
  if (pids.some((pid) => pid <= 1)) throw new Error(`There is no such process to send ${signal} to.`);
  if (process.getuid?.() === 0) {
    for (const pid of pids) tolerant(() => process.kill(pid, signal));
    return;
  }
  const kill = `kill -s ${signal.slice("SIG".length)} ${pids.join(" ")}`;
  const options = ["--rm", "--pid", "host", "--network", "none", "--user", "0", "--entrypoint", "sh"];
  const { status, stderr } = spawnSync("docker", ["run", ...options, image, "-c", kill], {
    encoding: "utf8",
  });
  if (status !== 0 && !/No such process/.test(stderr))
    throw new Error(`${signal} could not be sent: ${stderr}`);
}

/** A process that has ended in the meantime needs no signal. */
function tolerant(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
