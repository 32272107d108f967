import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownServiceFolder, readService } from "../../infra/configuration/service.ts";
import { imageSources } from "../../infra/docker/container/image-sources.ts";
import { serviceForProxies } from "../../infra/docker/service-for-proxies.ts";
import { provideImage } from "../../running-stack/build-image.ts";
import { connectEngine } from "../../running-stack/engine.ts";

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();

const id = randomBytes(4).toString("hex");
const network = `capstone-servicetest-${process.pid}-proxies-${id}`;
const container = (name: string) => `capstone-servicetest-${process.pid}-${name}-${id}`;
let url: string;
/** The stack's own. */
let image: string;

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

/** A node of the object store that is well and can read nothing, as Garage says it: in XML. */
const store = `
defaults
  mode http
  timeout connect 1s
  timeout client 75s
  timeout server 75s
frontend health
  bind :3903
  http-request return status 200
frontend web
  bind :3902
  http-request return status 500 content-type application/xml string "<Error/>"
`;

const environment = {
  APP_NODES: "app-1 app-2",
  DATABASE_NODES: "database-1",
  OBJECT_STORE_NODES: "object-store-1",
  ADMIN_SOCKET: "/tmp/admin.sock",
  METRICS_PORT: "9101",
  ASSETS_HOST: "uploads",
  ...serviceForProxies(readService(ownServiceFolder)),
};

const serve = 'printf %s "$NODE" >/tmp/h.cfg && exec haproxy -db -f /tmp/h.cfg';

async function start(name: string, script: string, ...more: string[]): Promise<void> {
  await docker(
    ...["run", "--detach", "--name", container(name), "--network", network, "--network-alias", name, ...more],
    ...["--label", `capstone.stack=servicetest-${process.pid}`, "--entrypoint", "bash", image, "-c", script],
  );
}

beforeAll(async () => {
  image = await provideImage(await connectEngine(), "proxy", imageSources.proxy);
  await docker("network", "create", network);
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
  await docker("rm", "--force", ...["app-1", "app-2", "object-store-1", "proxy"].map(container));
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
  { name: "headers of 17 KiB", path: "/u/ada", headers: { x: "x".repeat(17_000) }, status: 431 },
  { name: "headers of 30 KiB", path: "/u/ada", headers: { x: "x".repeat(30_000) }, status: 431 },
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

const answerTo = ({ path, method = "GET", headers = {} }: Case, accept: string) =>
  fetch(url + path, { method, headers: { ...headers, accept }, signal: AbortSignal.timeout(60_000) });

test.each(cases)("$name gets a problem document, or a page: $status", async (asked) => {
  const { status, type = "about:blank", header } = asked;
  const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const [reply, page] = await Promise.all([answerTo(asked, "*/*"), answerTo(asked, browser)]);
  for (const { status: said, headers } of [reply, page]) {
    expect(said).toBe(status);
    expect(headers.get("x-served-by")).toBe("proxy");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    if (header) expect(headers.get(header[0])).toBe(header[1]);
  }
  expect(reply.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await reply.json()) as { type: string; title: string; status: number; detail: string };
  expect(problem).toMatchObject({ type, status, title: expect.any(String), detail: expect.any(String) });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await page.text()).toBe(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Error</title><h1>${problem.title}</h1>` +
      `<p>${problem.detail}</p><p><small>${status}</small></p></html>`,
  );
});

test.each([
  ["what is no HTTP", "GARBAGE\r\n\r\n"],
  ["two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"],
  ["more headers than can be read", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(40_000)}\r\n\r\n`],
])("%s is answered 400 and cut off", async (_name, text) => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(/^HTTP\/1.1 400 Bad request\r\n/i);
});

test("an asset that the store fails to read gets a problem document: 503, and when to come back", async () => {
  await start("object-store-1", serve, "--env", `NODE=${store}`);
  const ask = () => fetch(`${url}/assets/a`);
  await expect
    .poll(async () => (await ask()).headers.get("retry-after"), { timeout: 30_000, interval: 200 })
    .toBe("5");
  const reply = await ask();
  expect(reply.status).toBe(503);
  expect(reply.headers.get("content-type")).toBe("application/problem+json");
  expect(await reply.json()).toMatchObject({ status: 503, detail: expect.any(String) });
});
