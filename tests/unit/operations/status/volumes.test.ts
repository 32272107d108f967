import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type Docker from "dockerode";
import { afterAll, expect, it } from "vitest";
import { probeVolumes } from "../../../../operations/status/probe-volumes.ts";

const folder = mkdtempSync(`${tmpdir()}/capstone-volumes-`);
afterAll(() => rmSync(folder, { recursive: true }));

const engine = { info: async () => ({ DockerRootDir: folder }) } as unknown as Docker;
const container = (State: string, ...sources: string[]) =>
  ({
    State,
    Mounts: sources.map((Source) => ({ Type: "volume", Name: `of${Source}`, Source, RW: true })),
  }) as unknown as Docker.ContainerInfo;

it("looks at each volume with a disk of its own once, and at none that lies on the machine's", async () => {
  // Of every Linux a file system of its own, whose size says nothing.
  const containers = [
    container("running", folder, "/proc", "/nowhere"),
    container("running", "/proc"),
    container("exited", "/sys"),
  ];
  const found = await probeVolumes(engine, containers);
  expect(found.map(({ name }) => name)).toEqual(process.platform === "linux" ? ["of/proc"] : []);
});
