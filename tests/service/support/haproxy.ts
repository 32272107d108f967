import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { ownServiceFolder, readService } from "../../../infra/configuration/service.ts";
import { imageSources } from "../../../infra/docker/container/image-sources.ts";
import { serviceForProxies } from "../../../infra/docker/service-for-proxies.ts";
import { provideImage } from "../../../running-stack/build-image.ts";
import { connectEngine } from "../../../running-stack/engine.ts";

const run = promisify(execFile);

/** HAProxy of the stack's own image, in front of nodes of this process. */
export interface TestHaproxy {
  url: string;
  stop: () => Promise<void>;
}

/**
 * The least that a load balancer is: connections to the nodes are kept and used for anybody.
 * @param ports Where the nodes listen on this machine.
 */
export async function startHaproxy(ports: number[]): Promise<TestHaproxy> {
  const port = await freePort();
  const configuration = `
defaults
  mode http
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  timeout http-keep-alive 75s
  http-reuse always
frontend http
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  balance roundrobin
${ports.map((node, index) => `  server app-${index + 1} 127.0.0.1:${node}`).join("\n")}
`;
  return start(port, 'printf %s "$CONFIGURATION"', { CONFIGURATION: configuration });
}

/**
 * The stack's own proxy in front of these nodes; it has neither a database nor an object store.
 * @param ports Where the nodes listen on this machine.
 */
export async function startStackProxy(ports: number[]): Promise<TestHaproxy> {
  const port = await freePort();
  const names = ports.map((_, index) => `app-${index + 1}`);
  const here = [
    ...names.map((name, index) => `s/ "${name}:[^"]*"/ 127.0.0.1:${ports[index]}/`),
    `s/bind :8080/bind 127.0.0.1:${port}/`,
    "s!bind :([0-9]+)!bind /tmp/\\1.sock!",
    's!bind :".*!bind /tmp/metrics.sock!',
    // Nodes and load are one process, and no node dies here: one that is late must not be taken for dead. (HAProxy 3.0.11
    // may forget a connection whose refused body still comes while its node is marked down: see docs/service.md.)
    "s/timeout check .*/timeout check 20s/",
  ];
  return start(port, `render-proxy | sed --regexp-extended '${here.join("; ")}'`, {
    APP_NODES: names.join(" "),
    DATABASE_NODES: "database-1",
    OBJECT_STORE_NODES: "object-store-1",
    ADMIN_SOCKET: "/tmp/admin.sock",
    ASSETS_HOST: "uploads",
    ...serviceForProxies(readService(ownServiceFolder)),
    // Part of the names of sockets that all of the machine share.
    HOSTNAME: `servicetest-${port}`,
  });
}

/** @param configure Prints the configuration of a proxy that listens on `port`. */
async function start(
  port: number,
  configure: string,
  environment: Record<string, string>,
): Promise<TestHaproxy> {
  const name = `capstone-servicetest-${process.pid}-proxy-${port}`;
  const tag = await provideImage(await connectEngine(), "proxy", imageSources.proxy);
  await run("docker", [
    ...["run", "--detach", "--rm", "--name", name, "--network", "host"],
    ...["--label", `capstone.stack=servicetest-${process.pid}`, "--label", "capstone.role=proxy"],
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...["--entrypoint", "bash", tag],
    ...["-c", `${configure} >/tmp/haproxy.cfg && exec haproxy -db -f /tmp/haproxy.cfg`],
  ]);
  const url = `http://127.0.0.1:${port}`;
  const endsAt = Date.now() + 60_000;
  while (
    !(await fetch(`${url}/health/live`).then(
      (reply) => reply.ok,
      () => false,
    ))
  ) {
    if (Date.now() > endsAt) throw new Error("HAProxy does not answer.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, stop: async () => void (await run("docker", ["rm", "--force", name])) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
