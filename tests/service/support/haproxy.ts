import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);

/** HAProxy of the stack's own image, in front of nodes of this process. */
export interface TestHaproxy {
  url: string;
  stop: () => Promise<void>;
}

/** @param ports Where the nodes listen on this machine. Connections to them are kept and used for anybody. */
export async function startHaproxy(ports: number[], more = ""): Promise<TestHaproxy> {
  const port = await freePort();
  const name = `capstone-servicetest-${process.pid}-proxy-${port}`;
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
${more}`;
  const tag = "capstone/servicetest-proxy";
  await run("docker", ["build", "--quiet", "--tag", tag, "infra/docker/images/proxy"]);
  await run("docker", [
    ...["run", "--detach", "--rm", "--name", name, "--network", "host"],
    ...["--label", `capstone.stack=servicetest-${process.pid}`, "--label", "capstone.role=proxy"],
    ...["--env", `CONFIGURATION=${configuration}\n`, "--entrypoint", "bash", tag],
    ...["-c", 'printf %s "$CONFIGURATION" >/tmp/haproxy.cfg && exec haproxy -W -db -f /tmp/haproxy.cfg'],
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
