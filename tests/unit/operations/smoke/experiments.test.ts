import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsClient, findExperiments, runExperiment } from "../../../../operations/smoke/experiments.ts";
import { FakeService } from "./fake-service.ts";

let service: FakeService;
beforeEach(async () => {
  service = new FakeService();
  await service.start();
});
afterEach(() => service.stop());

/** FIS as its CLI answers: an experiment that breaks the database for a while, then ends so. */
function fis(status: string, reason = "", fault = () => {}): AwsClient {
  let asked = 0;
  return async (args) => {
    if (args[1] === "start-experiment") return { experiment: { id: "EXP1" } };
    asked += 1;
    service.broken = asked === 2 || asked === 3;
    if (asked === 2) fault();
    return { experiment: { state: asked > 4 ? { status, reason } : { status: "running" } } };
  };
}

const quick = { pollMs: 60, afterMs: 60, requestEveryMs: 5 };
const run = (aws: AwsClient) => runExperiment("eu-central-1", "EXT1", service.url, { ...quick, aws });

test("a database that is away shows as failures and a pause, in pages and in posts", async () => {
  const { pages, posts, lostPosts, doublePosts } = await run(fis("completed"));
  for (const seen of [pages, posts]) {
    expect(seen.failed).toBeGreaterThan(0);
    expect(seen.requests).toBeGreaterThan(seen.failed);
    expect(seen.longestPauseMs).toBeGreaterThanOrEqual(60);
  }
  expect({ lostPosts, doublePosts }).toEqual({ lostPosts: 0, doublePosts: 0 });
  expect(service.posts.length).toBeGreaterThan(0);
  expect(service.accounts.size).toBe(0);
});

test("acknowledged posts that are not there are lost", async () => {
  const { lostPosts } = await run(
    fis("completed", "", () => {
      service.posts.length = 0;
    }),
  );
  expect(lostPosts).toBeGreaterThan(0);
});

test("a post that is there twice is told", async () => {
  const { doublePosts } = await run(
    fis("completed", "", () => {
      const [first] = service.posts;
      if (first) service.posts.push(first);
    }),
  );
  expect(doublePosts).toBe(1);
});

test("an experiment that an alarm stopped is a failure, and leaves no account", async () => {
  await expect(run(fis("stopped", "Experiment halted by stop condition."))).rejects.toThrow(
    "The experiment EXP1 is stopped: Experiment halted by stop condition.",
  );
  expect(service.accounts.size).toBe(0);
});

test("posts that cannot be listed in the end leave no account", async () => {
  const listing = fis("completed", "", () => {
    service.failing = "GET /api/v1/users/";
  });
  await expect(run(listing)).rejects.toThrow("answered 500");
  expect(service.accounts.size).toBe(0);
});

test("a release that removes no accounts yet is no failure", async () => {
  service.removesAccounts = false;
  expect((await run(fis("completed"))).lostPosts).toBe(0);
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
