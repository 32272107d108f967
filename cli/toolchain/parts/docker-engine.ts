import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory, dataDirectory } from "../../../infra/directories.mjs";
import { askEngine } from "../../../infra/docker/engine/ask-engine.ts";
import { clientEndpoint, thisMachine } from "../../../infra/docker/engine/endpoint.ts";
import { findEngine } from "../../../infra/docker/engine/find-engine.ts";
import { PersonError } from "../../../infra/errors.ts";
import { setUpMinutes } from "../../doctor/durations.ts";
import type { Part } from "../part.ts";
import { lastWords, output, runLogged } from "../processes.ts";
import { installDebianPackages, isRootOnDebian } from "./debian.ts";

/** How long an engine may take from its start to its first answer. */
const startMs = 60_000;

/** How long an engine may take to stop; its containers get 10 s of it. */
const stopMs = 60_000;

/** The process id of the engine that set-up started, if it did. */
const pidFile = () => dataDirectory("dockerd.pid");
const logFile = () => cacheDirectory("logs", "dockerd.log");

/** A Docker engine that answers. */
export const dockerEngine: Part = {
  name: "Docker engine",
  minutes: setUpMinutes.engine,

  isThere: engineAnswers,

  async provide({ progress }) {
    const { host, from, chosen } = clientEndpoint(thisMachine());
    if (chosen) {
      const instead =
        from === "DOCKER_HOST" ? "unset DOCKER_HOST" : "choose another with `docker context use`";
      throw new PersonError(
        `The Docker engine at ${host} (${from}) does not answer: start it, or ${instead}.`,
      );
    }
    if (!isRootOnDebian()) {
      throw new PersonError(
        "No Docker engine answers (`docker info`): start Docker, or install it from https://docs.docker.com/engine/install. As root on Debian or Ubuntu this command does it by itself.",
      );
    }
    let installed = "";
    if (!(await engineIsInstalled())) {
      progress.start(this.name, "installing docker.io from Debian on this machine, as you are root");
      await installDebianPackages(["docker.io", "iptables"]);
      installed = "installed docker.io and ";
    }
    progress.start(this.name, "starting dockerd");
    await startEngine();
    return `${installed}started dockerd ${(await output("docker", ["version", "--format", "{{.Server.Version}}"])) ?? ""}`;
  },
};

async function engineAnswers(): Promise<boolean> {
  return (await findEngine()) !== undefined;
}

async function engineIsInstalled(): Promise<boolean> {
  const programs = "command -v dockerd && command -v iptables && command -v docker";
  return (await output("sh", ["-c", programs])) !== undefined;
}

/** Whether an engine is missing here and can be installed. */
export async function engineHasToBeInstalled(): Promise<boolean> {
  return isRootOnDebian() && !(await engineIsInstalled());
}

/** Whether the engine has an image of that name. */
export async function engineHasImage(name: string): Promise<boolean> {
  const engine = await findEngine();
  const answer = engine && (await askEngine(engine.socketPath, `/images/${name}/json`));
  return typeof answer === "object" && answer.status === 200;
}

let startedNow = false;

/** Whether this process started the engine, and so should stop it. */
export function engineWasStarted(): boolean {
  return startedNow;
}

async function startEngine(): Promise<void> {
  startedNow = true;
  if (existsSync("/run/systemd/system")) {
    const log = cacheDirectory("logs", "docker-engine.log");
    await runLogged("systemctl", ["start", "docker"], {
      what: "Starting the Docker engine by systemctl",
      log,
    });
    return;
  }
  await mkdir(path.dirname(logFile()), { recursive: true });
  const log = openSync(logFile(), "w");
  // In its own session and without our file descriptors, it outlives this command.
  const engine = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
  engine.once("error", () => {});
  engine.unref();
  closeSync(log);
  await writeFile(pidFile(), `${engine.pid}\n`);
  const deadline = Date.now() + startMs;
  while (!(await engineAnswers())) {
    if (engine.exitCode !== null || engine.pid === undefined || Date.now() > deadline) {
      await rm(pidFile(), { force: true });
      const reason = lastWords(logFile()) ?? "it wrote nothing";
      throw new PersonError(`The Docker engine does not start: ${reason} (full log: ${logFile()})`);
    }
    await sleep(200);
  }
}

/**
 * Stops the Docker engine if set-up started it; any other is left alone.
 * @returns Whether there was one to stop.
 * @throws PersonError when it does not end in time.
 */
export async function stopStartedEngine(): Promise<boolean> {
  const pid = Number(await readFile(pidFile(), "utf8").catch(() => ""));
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  if (!pid || name.trim() !== "dockerd") return false;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + stopMs;
  while (existsSync(`/proc/${pid}`)) {
    if (Date.now() > deadline) {
      throw new PersonError(
        `The Docker engine (process ${pid}) has not stopped within ${stopMs / 1000} s: see ${logFile()}.`,
      );
    }
    await sleep(100);
  }
  await rm(pidFile(), { force: true });
  return true;
}
