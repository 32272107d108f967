import { expect, it } from "vitest";
import { command, mustSucceed } from "./support.ts";

it("rides through an application node, the primary and a proxy killed under load, losing and repeating nothing", async () => {
  const { stdout } = await mustSucceed(command("drill", ["--short"]));
  console.log(stdout);
  for (const name of ["app-node-killed", "primary-killed", "proxy-killed"])
    expect(stdout).toContain(`passed  ${name}`);
});
