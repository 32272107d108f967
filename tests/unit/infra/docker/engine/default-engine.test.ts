import path from "node:path";
import { expect, it, vi } from "vitest";
import { type Machine, usualEndpoints } from "../../../../../infra/docker/engine/endpoint.ts";
import { findEngine } from "../../../../../infra/docker/engine/find-engine.ts";
import { scratchDirectory } from "../../../cli/toolchain/scratch.ts";
import { published, serveEngine, serveHalf } from "./fake-engine.ts";

// The default socket is this machine's: here it is one in the home of the test's own.
vi.mock("../../../../../infra/docker/engine/endpoint.ts", async (original) => ({
  ...(await original<object>()),
  clientEndpoint: ({ home }: Machine) => ({ host: `unix://${home}/default.sock`, from: "it", chosen: false }),
}));

const machine = (): Machine => ({
  platform: "linux",
  environment: { XDG_RUNTIME_DIR: "/nonexistent" },
  home: scratchDirectory(),
  userId: 1000,
});

/** Where the first of the usual sockets is. */
function usualSocket(here: Machine): string {
  const [first] = usualEndpoints(here);
  return first?.host.slice("unix://".length) ?? "";
}

it("an engine at a usual socket is used where none is at the default, or Podman is", async () => {
  const here = machine();
  await serveEngine(usualSocket(here), published.desktop);
  expect((await findEngine(here))?.socketPath).toBe(usualSocket(here));
  await serveEngine(path.join(here.home, "default.sock"), published.podman);
  expect((await findEngine(here))?.socketPath).toBe(usualSocket(here));
});

it("an engine at the default that only does not answer is not replaced: the stack may be there", async () => {
  const here = machine();
  await serveEngine(usualSocket(here), published.desktop);
  await serveHalf(path.join(here.home, "default.sock"));
  expect(await findEngine(here)).toBeUndefined();
});
