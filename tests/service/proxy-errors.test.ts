import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();

const tag = "capstone/servicetest-proxy";
const id = randomBytes(4).toString("hex");
const network = `capstone-servicetest-${process.pid}-proxies-${id}`;
const container = (name: string) => `capstone-servicetest-${process.pid}-${name}-${id}`;
let url: string;

/** A node that is well, takes a PATCH and says nothing more, and dies of every POST. */
const node = `
defaults
  mode http
  timeout tarpit 70s
  timeout connect 1s
  timeout client 75s
  timeout server 75s
frontend node
  bind :3000
  http-request return status 200 content-type text/plain string ready if { path /health }
  http-request tarpit if { method PATCH }
  http-request reject if METH_POST
  http-request return status 404
`;

const environment = {
  APP_NODES: "app-1 app-2",
  DATABASE_NODES: "database-1",
  OBJECT_STORE_NODES: "object-store-1",
  ADMIN_SOCKET: "/tmp/admin.sock",
  METRICS_PORT: "9101",
  ASSETS_HOST: "uploads",
};

async function start(name: string, script: string, ...more: string[]): Promise<void> {
  await docker(
    ...["run", "--detach", "--name", container(name), "--network", network, "--network-alias", name, ...more],
    ...["--label", `capstone.stack=servicetest-${process.pid}`, "--entrypoint", "bash", tag, "-c", script],
  );
}

beforeAll(async () => {
  await docker("build", "--quiet", "--tag", tag, "infra/docker/images/proxy");
  await docker("network", "create", network);
  const serve = 'printf %s "$NODE" >/tmp/h.cfg && exec haproxy -db -f /tmp/h.cfg';
  for (const name of ["app-1", "app-2"]) await start(name, serve, "--env", `NODE=${node}`);
  const settings = Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const proxy = "render-proxy >/tmp/h.cfg && exec haproxy -db -f /tmp/h.cfg";
  await start("proxy", proxy, ...settings, "--publish", "127.0.0.1::8080");
  url = `http://127.0.0.1:${(await docker("port", container("proxy"), "8080/tcp")).split(":").at(-1)}`;
  // Until the proxy has found its nodes, it has none to ask.
  // Both ways to the nodes: for what may be repeated, and for what must not be.
  const statuses = () =>
    Promise.all(
      ["GET", "POST"].map((method) =>
        fetch(`${url}/api/v1/me`, { method }).then(
          (reply) => reply.status,
          () => 0,
        ),
      ),
    );
  for (let attempt = 0; (await statuses()).join() !== "404,502"; attempt++) {
    if (attempt > 300) throw new Error("The proxy does not find its nodes.");
    await sleep(200);
  }
});

afterAll(async () => {
  await docker("rm", "--force", ...["app-1", "app-2", "proxy"].map(container));
  await docker("network", "rm", network);
});

interface Case {
  name: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  status: number;
  type?: string;
  header?: [string, string];
}

const once = "urn:capstone:problem:outcome-unknown";
const cases: Case[] = [
  { name: "the metrics", path: "/metrics", status: 404 },
  { name: "an address of 8,100 bytes", path: `/${"a".repeat(8_100)}`, status: 414 },
  {
    name: "a PUT to the assets",
    path: "/assets/a",
    method: "PUT",
    status: 405,
    header: ["allow", "GET, HEAD"],
  },
  { name: "an asset while no store is there", path: "/assets/a", status: 503, header: ["retry-after", "1"] },
  {
    name: "a POST without a key whose node dies",
    path: "/api/v1/users",
    method: "POST",
    status: 502,
    type: once,
    header: ["retry-after", "5"],
  },
  {
    name: "a PATCH without a key whose node hangs",
    path: "/api/v1/me",
    method: "PATCH",
    status: 504,
    type: once,
    header: ["retry-after", "5"],
  },
];

test.each(cases)(
  "$name gets a problem document: $status",
  async ({ path, method = "GET", headers, status, type, header }) => {
    const reply = await fetch(url + path, {
      method,
      ...(headers ? { headers } : {}),
      signal: AbortSignal.timeout(60_000),
    });
    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(reply.headers.get("x-served-by")).toBe("proxy");
    expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    if (header) expect(reply.headers.get(header[0])).toBe(header[1]);
    const problem = (await reply.json()) as { type: string; status: number; detail: string };
    expect(problem).toMatchObject({ status, detail: expect.any(String) });
    if (type) expect(problem.type).toBe(type);
  },
);
