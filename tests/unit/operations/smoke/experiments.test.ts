import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsClient, findExperiments, runExperiment } from "../../../../operations/smoke/experiments.ts";

let broken = false;
const server = createServer((_request, response) => response.writeHead(broken ? 503 : 200).end());
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
});
afterAll(() => server.close());

/** FIS as its CLI answers: an experiment that breaks the service for a while, then ends so. */
function fis(status: string, reason = ""): AwsClient {
  let asked = 0;
  return async (args) => {
    if (args[1] === "start-experiment") return { experiment: { id: "EXP1" } };
    asked += 1;
    broken = asked === 2 || asked === 3;
    return { experiment: { state: asked > 4 ? { status, reason } : { status: "running" } } };
  };
}

const quick = { pollMs: 40, afterMs: 40, requestEveryMs: 5 };

test("what clients saw is counted", async () => {
  const result = await runExperiment("eu-central-1", "EXT1", url, { ...quick, aws: fis("completed") });
  expect(result.failed).toBeGreaterThan(0);
  expect(result.requests).toBeGreaterThan(result.failed);
  expect(result.longestPauseMs).toBeGreaterThanOrEqual(40);
});

test("an experiment that an alarm stopped is a failure", async () => {
  const stopped = fis("stopped", "Experiment halted by stop condition.");
  await expect(runExperiment("eu-central-1", "EXT1", url, { ...quick, aws: stopped })).rejects.toThrow(
    "The experiment EXP1 is stopped: Experiment halted by stop condition.",
  );
});

test("only the stack's own experiments are found", async () => {
  const template = (id: string, stack: string) => ({
    id,
    description: `fault ${id}`,
    tags: { "capstone:stack": stack },
  });
  const aws: AwsClient = async () => ({
    experimentTemplates: [template("A", "trial"), template("B", "prod")],
  });
  expect(await findExperiments("eu-central-1", "trial", aws)).toEqual([{ id: "A", description: "fault A" }]);
  await expect(findExperiments("eu-central-1", "other", aws)).rejects.toThrow(
    "The stack other has no fault-injection experiments.",
  );
});
