import { describe, expect, it } from "vitest";
import { evaluate } from "../../../../operations/status/evaluate.ts";
import { isScarce } from "../../../../operations/status/evaluate-machine.ts";
import { print } from "../../../../operations/status/print.ts";
import { spaceLines } from "../../../../operations/status/print-space.ts";
import { readUsage } from "../../../../operations/status/probe-space.ts";
import { healthyStack } from "./healthy-stack.ts";

const labels = (stack: string, role: string, node: string) => ({
  "capstone.stack": stack,
  "capstone.role": role,
  "capstone.node": node,
});

/** As the engine answers on /system/df. */
const usage = {
  LayersSize: 3_000e6,
  Images: [
    { Size: 900e6, SharedSize: 100e6, Containers: 0 },
    { Size: 700e6, SharedSize: 100e6, Containers: 2 },
    { Size: 50e6, SharedSize: -1, Containers: 0 },
  ],
  Volumes: [
    {
      Name: "capstone-dev-database-1",
      Labels: labels("dev", "database", "1"),
      UsageData: { Size: 400e6, RefCount: 1 },
    },
    {
      Name: "capstone-dev-backup-1",
      Labels: labels("dev", "backup", "1"),
      UsageData: { Size: 600e6, RefCount: 3 },
    },
    {
      Name: "capstone-dev-edge-1",
      Labels: labels("dev", "edge", "1"),
      UsageData: { Size: -1, RefCount: 3 },
    },
    {
      Name: "capstone-old-database-1",
      Labels: labels("old", "database", "1"),
      UsageData: { Size: 200e6, RefCount: 0 },
    },
    {
      Name: "capstone-old-database-2",
      Labels: labels("old", "database", "2"),
      UsageData: { Size: 50e6, RefCount: 0 },
    },
    { Name: "somebody", Labels: null, UsageData: { Size: 100e6, RefCount: 0 } },
    { Name: "running", Labels: null, UsageData: { Size: 30e6, RefCount: 1 } },
  ],
  BuildCache: [
    { Size: 500e6, InUse: false, Shared: false },
    { Size: 500e6, InUse: true, Shared: false },
  ],
};

describe("what takes the disk", () => {
  const space = { ...readUsage(usage, "dev"), logBytes: 12e6 };

  it("is read part by part, the largest first", () => {
    expect(space.volumes).toEqual([
      { name: "backup-1", bytes: 600e6 },
      { name: "database-1", bytes: 400e6 },
      { name: "edge-1", bytes: 0 },
    ]);
    expect(space).toMatchObject({
      otherVolumesBytes: 380e6,
      imageBytes: 3_000e6,
      unusedImageBytes: 850e6,
      buildCacheBytes: 500e6,
    });
    expect(space.unused).toEqual([
      { name: "old", isStack: true, bytes: 250e6 },
      { name: "somebody", isStack: false, bytes: 100e6 },
    ]);
  });

  it("is said with what may go, and with which command", () => {
    const { taken, mayGo } = spaceLines(space);
    expect(taken[0]).toBe("volumes 1.0 GB: backup-1 600 MB, database-1 400 MB");
    expect(taken[1]).toContain("images 3.0 GB, build cache 500 MB, logs 12 MB, volumes of others 380 MB");
    expect(mayGo.map((sentence) => /^`(.*?)`/.exec(sentence)?.[1])).toEqual([
      "docker builder prune",
      "docker image prune --all",
      "npm run down -- --stack old --data",
      "docker volume rm somebody",
      undefined,
    ]);
    expect(mayGo.at(-1)).toContain("backupRetentionDays");
  });

  it("says of nothing that it may go where there is nothing, and of logs that they cannot be seen", () => {
    const empty = readUsage({ LayersSize: 0, Images: null, Volumes: null, BuildCache: null }, "dev");
    const { taken, mayGo } = spaceLines({ ...empty, logBytes: undefined });
    expect(mayGo).toEqual([]);
    expect(taken[1]).toContain("logs not visible from here");
  });

  it("is on the screen when it was asked for", () => {
    const observation = healthyStack({ space });
    expect(print(observation, evaluate(observation))).toMatch(/takes the disk +volumes 1\.0 GB/);
    expect(print(healthyStack(), evaluate(healthyStack()))).not.toContain("takes the disk");
  });

  it("matters from when space or inodes are scarce", () => {
    const { machine } = healthyStack();
    expect(isScarce(machine)).toBe(false);
    expect(isScarce({ ...machine, diskFreeBytes: 30e9 })).toBe(true);
    expect(isScarce({ ...machine, inodesFree: 1e6 })).toBe(true);
    const unseen = { diskFreeBytes: undefined, diskTotalBytes: undefined };
    expect(isScarce({ ...machine, ...unseen, inodesFree: undefined, inodesTotal: undefined })).toBe(false);
  });
});
