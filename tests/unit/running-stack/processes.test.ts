import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { areHere, initFirst, signalFromOutside } from "../../../running-stack/processes.ts";
import { fakePrograms, scratchDirectory } from "../cli/toolchain/scratch.ts";

it("a container's init comes first, also where the machine's numbers have started again", () => {
  const processes = [
    { pid: 120, parent: 32_000, command: "postgres: writer" },
    { pid: 31_000, parent: 9, command: "tini" },
    { pid: 32_000, parent: 31_000, command: "postgres -D" },
  ];
  expect(initFirst(processes).map(({ command }) => command)).toEqual([
    "tini",
    "postgres: writer",
    "postgres -D",
  ]);
});

describe("numbers of a container's processes", () => {
  const id = "ce995af731b92611ca6a11a96aa94f7dad15846463d23a11e24b29af97397864";
  /** A /proc with these control groups and command lines by process. */
  function proc(processes: Record<number, { cgroup: string; cmdline?: string }>): string {
    const folder = scratchDirectory();
    for (const [pid, { cgroup, cmdline = "" }] of Object.entries(processes)) {
      mkdirSync(path.join(folder, pid));
      writeFileSync(path.join(folder, pid, "cgroup"), cgroup);
      writeFileSync(path.join(folder, pid, "cmdline"), cmdline);
    }
    return folder;
  }

  it.each([
    ["version 1", `12:memory:/docker/${id}\n11:cpu:/docker/${id}\n`],
    ["version 2 under systemd", `0::/system.slice/docker-${id}.scope\n`],
  ])("are this machine's where their control group says so, %s", (_, cgroup) => {
    expect(areHere([41, 42], id, proc({ 41: { cgroup }, 42: { cgroup } }))).toBe(true);
  });

  it("are this machine's where they are its shim's", () => {
    const shim = { cgroup: "0::/system.slice/containerd.service\n", cmdline: `shim\0-id\0${id}\0` };
    expect(areHere([41], id, proc({ 41: shim }))).toBe(true);
  });

  it("may have ended, but one that is another program's means another machine", () => {
    const own = { cgroup: `0::/docker/${id}\n` };
    const other = { cgroup: "0::/user.slice/user-1000.slice\n", cmdline: "vim\0" };
    expect(areHere([41, 42], id, proc({ 41: own }))).toBe(true);
    expect(areHere([41, 42], id, proc({ 41: own, 42: other }))).toBe(false);
    expect(areHere([42], id, proc({}))).toBe(false);
  });

  it("that may be another machine's are signalled by a container, by root too", () => {
    const calls = fakePrograms({ docker: "" });
    // Ours, and in no container of that id.
    signalFromOutside([process.pid], "SIGCONT", { id, image: "some/image" });
    expect(calls()).toEqual([
      `docker run --rm --pid host --network none --user 0 --entrypoint sh some/image -c kill -s CONT ${process.pid}`,
    ]);
  });
});
