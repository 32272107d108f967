import { execFile } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../../../infra/project.ts";

const execute = promisify(execFile);

async function serve(address: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${address}:${(server.address() as { port: number }).port}/`;
}

it("a container's address is asked straight, also where the environment names a proxy", async () => {
  const proxied: string[] = [];
  const proxy = await serve("127.0.0.1", (request, response) => {
    proxied.push(request.url ?? "");
    response.writeHead(502).end("by the proxy");
  });
  const part = await serve("127.0.0.1", (_, response) => response.writeHead(503).end("by the part"));
  const probe = path.join(projectRoot, "operations/status/probe.ts");
  const code = `console.log(await (await import(process.argv[1])).get(process.argv[2]))`;
  const environment = {
    ...process.env,
    NODE_USE_ENV_PROXY: "1",
    HTTP_PROXY: proxy,
    NO_PROXY: "",
    no_proxy: "",
  };
  const args = ["--input-type=module", "--eval", code, probe, part];
  const { stdout } = await execute(process.execPath, args, { env: environment });
  expect(stdout).toBe("by the part\n");
  expect(proxied).toEqual([]);
});
