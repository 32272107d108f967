import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { prepareAccountRoutes } from "./account-routes.ts";
import { command, mustSucceed, readOutputs, stack } from "./support.ts";

it("rides through an application node, the primary and a proxy killed under load, losing and repeating nothing", async () => {
  const routes = await prepareAccountRoutes((await readOutputs()).apiUrl);
  using death = firstDeathOf("database");
  const sent = death.seen.then(routes.send);
  const { stdout } = await mustSucceed(command("drill", ["--short"]));
  console.log(stdout);
  for (const name of ["app-node-killed", "primary-killed", "proxy-killed"])
    expect(stdout).toContain(`passed  ${name}`);

  // Sent when the primary died, each was held until there was another one.
  const outcomes = await sent;
  expect(Object.keys(outcomes)).toHaveLength(6);
  expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== "done once")).toEqual([]);
});

/** Resolves in the moment in which the engine says that a container of that role has died. */
function firstDeathOf(role: string): { seen: Promise<unknown> } & Disposable {
  const filters = ["event=die", `label=capstone.stack=${stack}`, `label=capstone.role=${role}`];
  const events = spawn("docker", ["events", ...filters.flatMap((filter) => ["--filter", filter])], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { seen: once(events.stdout, "data"), [Symbol.dispose]: () => void events.kill() };
}
