import { expect, it } from "vitest";
import { initFirst } from "../../../running-stack/processes.ts";

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
