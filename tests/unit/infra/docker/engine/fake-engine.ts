import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { onTestFinished } from "vitest";

/** What an engine says of itself, by API path. */
export interface Said {
  headers: Record<string, string>;
  /** Undefined where it does not say. */
  info: Record<string, unknown> | undefined;
}

const docker = { server: "Docker/28.3.3 (linux)", "api-version": "1.51" };
const limits = {
  MemoryLimit: true,
  CpuCfsQuota: true,
  PidsLimit: true,
  CgroupVersion: "2",
  SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"],
  DockerRootDir: "/nonexistent/docker",
  NCPU: 8,
  MemTotal: 16_000_000_000,
};

/**
 * The fields by which engines are told apart, as `docker info` was published: Docker Desktop
 * (docker/for-win issues, `"Name":"docker-desktop"`), OrbStack (`Name: orbstack`, `Operating System: OrbStack`), Colima
 * (ddev/ddev-intellij-plugin issue 258; `hostname: colima` in its template), rootless (docs.docker.com), Podman
 * (`Libpod-API-Version` on every answer, containers/podman pkg/api/handlers).
 */
export const published = {
  engine: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "28.3.3",
      OperatingSystem: "Debian GNU/Linux 13 (trixie)",
      Name: "laptop",
      CgroupDriver: "systemd",
    },
  },
  desktop: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "29.7.2",
      OperatingSystem: "Docker Desktop",
      Name: "docker-desktop",
      KernelVersion: "7.0.12-linuxkit",
      CgroupDriver: "cgroupfs",
    },
  },
  orbstack: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "28.5.2",
      OperatingSystem: "OrbStack",
      Name: "orbstack",
      KernelVersion: "6.17.8-orbstack-00308-g8f9c941121b1",
      CgroupDriver: "cgroupfs",
    },
  },
  colima: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "28.4.0",
      OperatingSystem: "Ubuntu 24.04.3 LTS",
      Name: "colima",
      CgroupDriver: "cgroupfs",
    },
  },
  rancher: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "28.1.1",
      OperatingSystem: "Alpine Linux v3.21",
      Name: "lima-rancher-desktop",
      CgroupDriver: "cgroupfs",
    },
  },
  rootless: {
    headers: docker,
    info: {
      ...limits,
      ServerVersion: "28.3.3",
      OperatingSystem: "Ubuntu 24.04.3 LTS",
      Name: "laptop",
      CgroupDriver: "systemd",
      SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
    },
  },
  podman: {
    headers: { server: "Libpod/5.8.2 (linux)", "api-version": "1.44", "libpod-api-version": "5.8.2" },
    info: {
      ...limits,
      ServerVersion: "5.8.2",
      OperatingSystem: "fedora",
      Name: "fedora",
      CgroupDriver: "systemd",
    },
  },
} satisfies Record<string, Said>;

/**
 * Serves the API of an engine on a Unix socket until the test ends.
 * @param answers Further paths, with what they answer as JSON.
 * @returns The paths that were asked.
 */
export async function serveEngine(
  socketPath: string,
  { headers, info }: Said,
  answers: Record<string, unknown> = {},
): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push(url);
    const known: Record<string, unknown> = { "/_ping": "OK", "/info": info, ...answers };
    const [, answer] = Object.entries(known).find(([prefix]) => url.startsWith(prefix)) ?? [];
    response.writeHead(answer === undefined ? 404 : 200, headers).end(JSON.stringify(answer ?? {}));
  });
  mkdirSync(path.dirname(socketPath), { recursive: true });
  await listen(server, socketPath);
  return asked;
}

/** An engine that accepts and never answers. */
export function serveNothing(socketPath: string): Promise<void> {
  mkdirSync(path.dirname(socketPath), { recursive: true });
  return listen(
    createServer(() => {}),
    socketPath,
  );
}

/** An engine that dies in the middle of its answer. */
export function serveHalf(socketPath: string): Promise<void> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("{", () => response.destroy());
  });
  return listen(server, socketPath);
}

async function listen(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}
