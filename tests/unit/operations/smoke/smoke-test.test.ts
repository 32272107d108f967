import { afterEach, beforeEach, expect, test } from "vitest";
import { smokeTest } from "../../../../operations/smoke/smoke-test.ts";
import { FakeService } from "./fake-service.ts";

let service: FakeService;
beforeEach(async () => {
  service = new FakeService();
  await service.start();
});
afterEach(() => service.stop());

const outputs = (image: string, commit: string) => ({
  apiUrl: service.url,
  healthUrl: `${service.url}/health`,
  assetsUrl: service.url,
  release: { image, commit },
});

test("a release that was rolled back is told from the one that was deployed", async () => {
  await expect(smokeTest(outputs("registry/capstone@sha256:2", "def"), () => {})).rejects.toThrow(
    "The release that answers is registry/capstone@sha256:1 of commit abc; deployed was registry/capstone@sha256:2 of commit def: it was rolled back, or is not out yet.",
  );
  // The same commit built anew is another image.
  await expect(smokeTest(outputs("registry/capstone@sha256:2", "abc"), () => {})).rejects.toThrow(
    "The release that answers is registry/capstone@sha256:1",
  );
});

test("a service that names its image by the digest alone is the one that was deployed", async () => {
  service.release.image = "sha256:1";
  const said: string[] = [];
  await smokeTest(outputs("registry/capstone@sha256:1", "abc"), (step) => said.push(step)).catch(
    () => undefined,
  );
  expect(said).toContain("it is the release of commit abc");
});

test.each(["POST /api/v1/me/posts", "PUT /api/v1/me/avatar", "GET /u/"])(
  "a failure of %s leaves no account",
  async (failing) => {
    service.failing = failing;
    await expect(smokeTest(outputs("registry/capstone@sha256:1", "abc"), () => {})).rejects.toThrow(
      "It failed in ",
    );
    expect(service.signedUp).toBe(1);
    expect(service.accounts.size).toBe(0);
  },
);
