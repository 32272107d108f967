import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { ask, signUp } from "./client.ts";
import {
  command,
  copyOfProject,
  docker,
  mustSucceed,
  type Outputs,
  readOutputs,
  run,
  runningContainers,
  stack,
} from "./support.ts";

let outputs: Outputs;
beforeAll(async () => {
  outputs = await readOutputs();
});

describe("a deployment that cannot go on", () => {
  it("says which config value is wrong and what is allowed, and changes nothing", async () => {
    using copy = await copyOfProject();
    const file = join(copy.path, `Pulumi.${stack}.yaml`);
    const settings = parse(readFileSync(file, "utf8"));
    settings.config["capstone:appNodes"] = 1;
    writeFileSync(file, stringify(settings));
    const before = await runningContainers();
    const failed = await command("up", [], copy.path);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr + failed.stdout).toContain(
      'capstone:appNodes is "1"; allowed is a whole number from 2 to 8.',
    );
    expect(failed.stderr + failed.stdout).not.toMatch(/\n\s+at /);
    expect(await runningContainers()).toEqual(before);
  });

  it("says which port is taken, before it changes anything", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(18081, "127.0.0.1", resolve));
    try {
      using copy = await copyOfProject();
      writeFileSync(join(copy.path, "Pulumi.other.yaml"), "config:\n  capstone:httpPort: 18081\n");
      const failed = await run("node", ["cli/start.mjs", "up", "--stack", "other"], { cwd: copy.path });
      expect(failed.exitCode).toBe(1);
      expect(failed.stderr).toMatch(/Port 18081 \(capstone:httpPort\) is taken by/);
      expect(await docker("ps", "--all", "--quiet", "--filter", "label=capstone.stack=other")).toBe("");
    } finally {
      taken.close();
    }
  });

  it("says that the engine it was pointed to is remote", async () => {
    const failed = await run("env", [
      "DOCKER_HOST=tcp://127.0.0.1:1",
      "node",
      "cli/start.mjs",
      "up",
      "--stack",
      stack,
    ]);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("The Docker engine at tcp://127.0.0.1:1 (DOCKER_HOST) is remote");
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  });
});

/** Pulumi itself may outlive the command that started it for some seconds; until then `up` says so and does nothing. */
async function upOnceTheOtherEnded() {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const up = await command("up");
    if (!up.stderr.includes("is being deployed by process") || Date.now() > deadline) return up;
    await sleep(2_000);
  }
}

describe("an interrupted deployment", () => {
  it.each(["SIGINT", "SIGKILL"] as const)(
    "is gone on with by the next up after %s, without losing data",
    async (signal) => {
      const account = await signUp(outputs.apiUrl);
      using copy = await copyOfProject();
      appendFileSync(join(copy.path, "app/main.ts"), `\n// interrupted by ${signal}\n`);
      const before = await runningContainers();
      // In a process group of its own, so that the signal reaches all of it, as Ctrl-C in a terminal does.
      const up = spawn("node", ["cli/start.mjs", "up", "--stack", stack], {
        cwd: copy.path,
        detached: true,
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => up.once("close", resolve));
      await expect.poll(runningContainers, { timeout: 120_000, interval: 200 }).not.toEqual(before);
      process.kill(-(up.pid as number), signal);
      await ended;

      await mustSucceed(upOnceTheOtherEnded());
      expect((await readOutputs()).release).toEqual(outputs.release);
      expect((await ask(outputs.healthUrl)).status).toBe(200);
      expect((await ask(`${outputs.apiUrl}/api/v1/users/${account.handle}`)).status).toBe(200);
    },
  );

  it("leaves nothing for another one to change", async () => {
    await mustSucceed(command("preview", ["--expect-no-changes"]));
  });
});
