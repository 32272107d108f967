import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { answerBeforeSetUp } from "../../../cli/command-line/before-set-up.mjs";
import { listeningInode, publishedPorts, requirePorts } from "../../../cli/ports.ts";
import { readTally } from "../../../cli/tally.ts";
import { readStackArguments } from "../../../running-stack/stack-arguments.ts";
import { published, serveEngine } from "../infra/docker/engine/fake-engine.ts";
import { scratchDirectory } from "./toolchain/scratch.ts";

const execute = promisify(execFile);
const start = path.join(import.meta.dirname, "../../../cli/start.mjs");

describe("a command line", () => {
  it.each([
    [["--stack", "test", "--diff"], "test", ["--diff"]],
    [["--stack=test"], "test", []],
    [["-s", "test", "--yes"], "test", ["--yes"]],
    [["--refresh"], "dev", ["--refresh"]],
  ])("%j is about the stack %s", (args, stack, rest) => {
    expect(readStackArguments(args)).toMatchObject({ stack, rest });
  });

  it.each([[["--stack"]], [["--stack", "--diff"]], [["--stack=../state"]], [["-s", "No Name"]]])(
    "%j is refused",
    (args) => {
      expect(() => readStackArguments(args)).toThrow(/name of a stack|valid stack name/);
    },
  );

  it("with a command that there is not says which was meant, or which there are", async () => {
    const failed = await execute(process.execPath, [start, "upp"]).catch((error) => error);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toBe('There is no command "upp"; did you mean up? `npm run help` lists all.\n');
    expect(failed.stdout).toBe("");
    expect(() => answerBeforeSetUp("explode", [])).toThrow(
      /^There is no command "explode"; there are .*\bup\b.*\.$/,
    );
  });
});

/** Makes an engine with these containers the one in use; undefined where it does not list them. */
async function useContainers(containers: object[] | undefined): Promise<string[]> {
  const socket = path.join(scratchDirectory(), "docker.sock");
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return serveEngine(socket, published.engine, containers && { "/containers/json": containers });
}

describe("published ports", () => {
  it("that another program has are named with it, and one's own stack may have them", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const ports = { "capstone:httpPort": port };
      await useContainers([]);
      await expect(requirePorts("dev", ports)).rejects.toThrow(
        new RegExp(`^Port ${port} \\(capstone:httpPort\\) is taken by .*\\(process ${process.pid}\\)`),
      );
      const asked = await useContainers([
        {
          Names: ["/capstone-dev-edge-1"],
          Labels: { "capstone.stack": "dev" },
          Ports: [{ PrivatePort: 443 }, { PublicPort: port }],
        },
      ]);
      await requirePorts("dev", ports);
      await expect(requirePorts("test", ports)).rejects.toThrow("the container capstone-dev-edge-1");
      // Once for all ports.
      expect(asked.filter((url) => url.startsWith("/containers/json"))).toHaveLength(2);
    } finally {
      server.close();
    }
  });

  it("are not refused because the engine does not say whose they are", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    onTestFinished(() => {
      server.close();
    });
    await useContainers(undefined);
    await requirePorts("dev", { "capstone:httpPort": port });
  });

  it("are the config keys that end in Port, where the value is one", () => {
    const configuration = {
      "capstone:httpPort": "8080",
      "capstone:appNodes": 2,
      "capstone:databasePort": "none",
    };
    expect(publishedPorts(configuration)).toEqual({ "capstone:httpPort": 8080 });
  });

  it("are found in the kernel's table of sockets when they listen", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1`;
    expect(listeningInode(table, 8080)).toBe("222");
    expect(listeningInode(table, 8081)).toBeUndefined();
  });
});

describe("the tally of a test run", () => {
  const tallyOf = (report: object, status: number) => {
    const file = path.join(scratchDirectory(), "report.json");
    writeFileSync(file, JSON.stringify(report));
    return readTally(file, status);
  };
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  });

  it("counts tests, and a file that does not load as a failure", () => {
    const testResults = [
      file("failed", "passed", "failed", "skipped"),
      file("failed"),
      file("passed", "passed"),
    ];
    expect(tallyOf({ testResults }, 1)).toEqual({ passed: 2, failed: 2, skipped: 1 });
  });

  it("has a failure when the run failed although no test did, or wrote no report", () => {
    expect(tallyOf({ testResults: [file("passed", "passed")] }, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
    expect(readTally("/nonexistent", 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
