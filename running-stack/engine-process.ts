import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { dataDirectory } from "../infra/directories.mjs";
import { findEngine } from "../infra/docker/engine/find-engine.ts";

const execute = promisify(execFile);

/** Where set-up and the engine itself say which process it is. */
const pidFiles = [dataDirectory("dockerd.pid"), "/var/run/docker.pid"];
const withSystemd = () => existsSync("/run/systemd/system");
/** Its containers get 15 s of it. */
const stopMs = 60_000;
const startMs = 60_000;

/** The Docker engine of this machine as a process, to be stopped and started again as it was. */
export class EngineProcess {
  private readonly pid: number;
  private readonly command: string[];
  private readonly environment: NodeJS.ProcessEnv;
  private readonly directory: string;
  /** Where it writes its log. */
  private readonly output: string;

  private constructor(pid: number) {
    const parts = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0").filter(Boolean);
    this.pid = pid;
    this.command = parts("cmdline");
    this.environment = Object.fromEntries(parts("environ").map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    this.directory = readlinkSync(`/proc/${pid}/cwd`);
    this.output = readlinkSync(`/proc/${pid}/fd/1`);
  }

  /** Undefined where it is not a process of this machine that this process may end. */
  static find(): EngineProcess | undefined {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
    for (const file of pidFiles) {
      const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
      if (pid > 0 && existsSync(`/proc/${pid}/comm`)) {
        if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "dockerd") return new EngineProcess(pid);
      }
    }
    return undefined;
  }

  /** Asked to end, with all its containers. @throws Error when it does not in time. */
  async stop(): Promise<void> {
    // Its socket would start it again.
    if (withSystemd()) await execute("systemctl", ["stop", "docker.socket", "docker.service"]);
    else process.kill(this.pid, "SIGTERM");
    const endsAtMs = Date.now() + stopMs;
    while (existsSync(`/proc/${this.pid}`) && !this.isDead()) {
      if (Date.now() > endsAtMs)
        throw new Error(`The Docker engine (process ${this.pid}) has not stopped within ${stopMs / 1000} s.`);
      await sleep(100);
    }
  }

  /** Unless it runs. @throws Error when it does not answer in time. */
  async start(): Promise<void> {
    if ((await findEngine()) !== undefined) return;
    if (withSystemd()) await execute("systemctl", ["start", "docker.service"]);
    else {
      const { pid } = this.spawn();
      for (const file of pidFiles.slice(0, 1)) if (existsSync(file)) writeFileSync(file, `${pid}\n`);
    }
    const endsAtMs = Date.now() + startMs;
    while ((await findEngine()) === undefined) {
      if (Date.now() > endsAtMs)
        throw new Error(`The Docker engine does not answer within ${startMs / 1000} s of its start.`);
      await sleep(200);
    }
  }

  /** In its own session, so that it outlives us. */
  private spawn(): ChildProcess {
    const log = this.output.startsWith("/") ? openSync(this.output, "a") : undefined;
    const [program = "dockerd", ...args] = this.command;
    const output = log ?? "ignore";
    const { environment: env, directory: cwd } = this;
    const child = spawn(program, args, { detached: true, stdio: ["ignore", output, output], env, cwd });
    child.once("error", () => {});
    child.unref();
    if (log !== undefined) closeSync(log);
    return child;
  }

  /** Ended, and its parent has not asked how. */
  private isDead(): boolean {
    try {
      return /^State:\s+Z/m.test(readFileSync(`/proc/${this.pid}/status`, "utf8"));
    } catch {
      return true;
    }
  }
}
