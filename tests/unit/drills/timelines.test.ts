import { describe, expect, it } from "vitest";
import { forks, type Timelines } from "../../../drills/check/timelines.ts";
import { momentsWithTwo, type NodeWrite } from "../../../drills/measure-stack.ts";

const history = (...ancestors: number[]) =>
  ancestors.map((timeline) => `${timeline}\t0/${timeline}000000\tno recovery target specified\n`).join("\n");
const node = (name: string, histories: Record<number, string>): Timelines => ({
  node: name,
  current: 3,
  histories,
});

describe("forks of the timelines", () => {
  it("are none where each timeline comes from the one before, on every node the same", () => {
    const histories = { 2: history(1), 3: history(1, 2) };
    expect(forks([node("database-1", histories), node("database-2", histories)], 1)).toEqual([]);
  });

  it("are found where two nodes tell an origin differently", () => {
    const other = { 2: "1\t0/9000000\tno recovery target specified\n" };
    const found = forks([node("database-1", { 2: history(1) }), node("database-2", other)], 1);
    expect(found).toEqual(["database-2 and database-1 disagree on the origin of timeline 2"]);
  });

  it("are found where a timeline was abandoned", () => {
    expect(forks([node("database-1", { 2: history(1), 3: history(1) })], 1)).toEqual([
      "timeline 2 was abandoned",
    ]);
  });

  it("of before the drill are not judged", () => {
    expect(forks([node("database-1", { 2: history(1), 3: history(1) })], 3)).toEqual([]);
  });
});

describe("two nodes that take writes", () => {
  const write = (name: string, timeline: number, beganMs: number, endedMs: number): NodeWrite => ({
    kind: "write",
    node: name,
    timeline,
    beganMs,
    endedMs,
  });

  it("are none where the old one is done before the new one begins", () => {
    expect(momentsWithTwo([write("database-1", 1, 0, 5), write("database-2", 2, 10, 15)])).toEqual([]);
  });

  it("are found where the old one acknowledges what began after the new one had", () => {
    const writes = [write("database-2", 2, 10, 15), write("database-1", 1, 20, 25)];
    expect(momentsWithTwo(writes)).toEqual(["database-1 on timeline 1 after database-2 on 2"]);
  });
});
