import { clientEndpoint, type Machine } from "../../../infra/docker/engine/endpoint.ts";
import { type EngineInfo, kindOfEngine, readEngineInfo } from "../../../infra/docker/engine/engine-facts.ts";
import { candidates, type Engine, findEngine } from "../../../infra/docker/engine/find-engine.ts";
import { isRootOnDebian } from "../../toolchain/parts/debian.ts";
import { setUpMinutes } from "../durations.ts";
import type { Finding } from "../finding.ts";

/** The engine in use and what it says of itself; undefined where none answers. */
export interface FoundEngine {
  engine: Engine;
  info: EngineInfo;
}

const name = "Docker engine";

/** Which engine the commands use, and which others answer here. */
export async function checkEngine(
  machine: Machine,
  canInstall = isRootOnDebian(),
): Promise<{ findings: Finding[]; found?: FoundEngine }> {
  try {
    const engine = await findEngine(machine);
    const info = engine && (await readEngineInfo(engine.socketPath));
    if (engine && info) {
      const findings = [describe({ engine, info }), ...(await others(machine, engine.host))];
      return { findings, found: { engine, info } };
    }
    if (engine) return { findings: [busy(engine)] };
  } catch (error) {
    // A sentence for a person: the engine is remote, Podman, out of bounds, or its context is gone.
    return { findings: [{ name, state: "missing", found: (error as Error).message, stops: true }] };
  }
  return { findings: [absent(machine, canInstall)] };
}

/** Containers of an engine older than this are not started by newer clients, whose oldest API is that of 20.10. */
const leastMajor = 20;

function describe({ engine, info }: FoundEngine): Finding {
  const kind = kindOfEngine(info);
  const found = `${kind.name} ${info.ServerVersion} at ${engine.host} (${engine.from})`;
  if (Number.parseInt(info.ServerVersion, 10) < leastMajor)
    return { name, state: "missing", found, advice: "Needed is 20.10 or newer.", stops: true };
  return { name, state: "ok", found };
}

/** It lives, and has not said what it is: what needs that is not checked. */
function busy({ host, from }: Engine): Finding {
  const found = `answers at ${host} (${from}), but did not describe itself in time`;
  return { name, state: "warning", found, advice: "The machine is busy: run this again." };
}

function absent(machine: Machine, canInstall: boolean): Finding {
  const { host, from, chosen } = clientEndpoint(machine);
  const found = `none answers at ${host} (${from})`;
  if (chosen)
    return { name, state: "missing", found, advice: "Start it, or choose another engine.", stops: true };
  if (canInstall)
    return {
      name,
      state: "missing",
      found,
      advice: "As you are root on Debian, `up` installs docker.io if it is not there, and starts it.",
      minutes: setUpMinutes.engine,
    };
  const advice =
    machine.platform === "darwin"
      ? "Start Docker Desktop, Colima or OrbStack."
      : "Start it, or install it from https://docs.docker.com/engine/install.";
  return { name, state: "missing", found, advice, stops: true };
}

/** Two engines on one machine have different containers: say which are there beside the one in use. */
async function others(machine: Machine, inUse: string): Promise<Finding[]> {
  const everywhere = await candidates(machine);
  const answering = everywhere.filter(
    ({ host, state }) => host !== inUse && (state === "answers" || state === "podman"),
  );
  if (answering.length === 0) return [];
  return [
    {
      name: "other engines",
      state: "ok",
      found: answering.map(({ host, from }) => `${host} (${from})`).join(", "),
      advice: "They answer too and are not used; DOCKER_HOST or `docker context use` chooses.",
    },
  ];
}
