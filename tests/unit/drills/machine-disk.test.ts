import { homedir, tmpdir } from "node:os";
import { expect, it } from "vitest";
import { MachineDisk, type Resource } from "../../../drills/actions/machine-disk.ts";
import type { RunningStack } from "../../../running-stack/running-stack.ts";

/** Why the disk with this folder must not be filled. */
function refusal(folder: string, resource: Resource = "space"): Promise<string | undefined> {
  const engine = { info: async () => ({ DockerRootDir: folder }) };
  return MachineDisk.refusal({ engine } as unknown as RunningStack, resource);
}

it("a disk that is elsewhere, or that others need too, is not filled", async () => {
  expect(await refusal("/nowhere/docker")).toMatch(
    /^The Docker engine's data \(\/nowhere\/docker\) is not on this machine, .*\.$/,
  );
  for (const shared of ["/", homedir(), tmpdir()])
    expect(await refusal(shared)).toMatch(/shares its disk with .*give .* a file system of its own\.$/);
});

it.runIf(process.platform === "linux")("inodes without a fixed number are not used up", async () => {
  // A file system of its own, everywhere on Linux, and one that never runs out of inodes.
  expect(await refusal("/proc")).toBeUndefined();
  expect(await refusal("/proc", "inodes")).toMatch(
    /has no fixed number of inodes, so they cannot be used up\.$/,
  );
});
