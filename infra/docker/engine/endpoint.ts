import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { PersonError } from "../../errors.ts";

/** What decides which engine is meant. Tests give one that is not this machine. */
export interface Machine {
  platform: NodeJS.Platform;
  environment: NodeJS.ProcessEnv;
  home: string;
  userId: number | undefined;
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  environment: process.env,
  home: homedir(),
  userId: process.getuid?.(),
});

/** Where an engine may be. */
export interface Endpoint {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`. */
  host: string;
  /** Who says so, as in "DOCKER_HOST" or "the client's context colima". */
  from: string;
  /** Whether somebody chose it: then no other will do. */
  chosen: boolean;
}

export const defaultHost = "unix:///var/run/docker.sock";

/**
 * Where Docker's own client would go: DOCKER_HOST, then DOCKER_CONTEXT, then the context that `docker context use` chose,
 * then the default socket. Read from its files, since a client need not be installed and takes a tenth of a second.
 * @throws PersonError when the context is not there.
 */
export function clientEndpoint({ environment, home }: Machine): Endpoint {
  const { DOCKER_HOST: host } = environment;
  // Our own processes are told the default so, too.
  if (host) return { host, from: "DOCKER_HOST", chosen: host !== defaultHost };
  const folder = environment.DOCKER_CONFIG || path.join(home, ".docker");
  const context = environment.DOCKER_CONTEXT || currentContext(folder);
  if (!context || context === "default") return { host: defaultHost, from: "the default", chosen: false };
  const hostThere = hostOfContext(folder, context);
  if (hostThere === undefined) {
    throw new PersonError(
      `Docker's client uses the context "${context}", which ${folder} does not have: choose another with \`docker context use\`, or unset DOCKER_CONTEXT.`,
    );
  }
  return { host: hostThere, from: `the client's context ${context}`, chosen: true };
}

function currentContext(folder: string): string | undefined {
  return (readJson(path.join(folder, "config.json")) as { currentContext?: string } | undefined)
    ?.currentContext;
}

/** The client names each folder of contexts by a hash; the name is in the file. */
function hostOfContext(folder: string, context: string): string | undefined {
  const contexts = path.join(folder, "contexts", "meta");
  for (const name of listOf(contexts)) {
    const meta = readJson(path.join(contexts, name, "meta.json")) as ContextMeta | undefined;
    if (meta?.Name === context) return meta.Endpoints?.docker?.Host;
  }
  return undefined;
}

interface ContextMeta {
  Name?: string;
  Endpoints?: { docker?: { Host?: string } };
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** The sockets that engines listen on where no context leads to them. */
export function usualEndpoints({ platform, environment, home, userId }: Machine): Endpoint[] {
  const runtime = environment.XDG_RUNTIME_DIR || (userId === undefined ? undefined : `/run/user/${userId}`);
  const sockets: [string, string | undefined][] = [
    ["Docker Desktop's socket", path.join(home, ".docker", "run", "docker.sock")],
    ["Docker Desktop's socket", path.join(home, ".docker", "desktop", "docker.sock")],
    ["OrbStack's socket", path.join(home, ".orbstack", "run", "docker.sock")],
    ["Colima's socket", path.join(home, ".colima", "default", "docker.sock")],
    ["Colima's socket", path.join(home, ".config", "colima", "default", "docker.sock")],
    ["Rancher Desktop's socket", path.join(home, ".rd", "docker.sock")],
    ["the rootless engine's socket", runtime && path.join(runtime, "docker.sock")],
    ["Podman's socket", runtime && path.join(runtime, "podman", "podman.sock")],
    ["Podman's socket", platform === "linux" ? "/run/podman/podman.sock" : undefined],
  ];
  return sockets.flatMap(([from, socket]) =>
    socket ? [{ host: `unix://${socket}`, from, chosen: false }] : [],
  );
}
