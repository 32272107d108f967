import { describe, expect, it } from "vitest";
import { commands } from "../../../cli/command-line/commands.mjs";
import { readCommandLine } from "../../../cli/command-line/read.mjs";
import { Random } from "../../../drills/random.ts";
import { chooseDrills, loadDrills } from "../../../drills/registry.ts";
import { figureRows } from "../../../drills/report/figures.ts";
import { readCommand as readGiven } from "../../../drills/run/options.ts";
import { chooseBreakages, loadBreakages } from "../../../drills/run/run-breakages.ts";

const readCommand = (args: string[], seed: number) => readGiven(readCommandLine(commands.drill, args), seed);

describe("npm run drill", () => {
  it("runs every drill on dev unless it is told otherwise", () => {
    expect(readCommand([], 7)).toMatchObject({
      task: "drills",
      names: [],
      stack: "dev",
      seed: 7,
      record: false,
    });
    expect(readCommand(["switchover", "--stack", "test", "--record"], 7)).toMatchObject({
      names: ["switchover"],
      stack: "test",
      record: true,
    });
  });

  it("soaks for a number of faults or for minutes", () => {
    expect(readCommand(["soak"], 7).soak).toEqual({ count: 20, minutes: undefined });
    expect(readCommand(["soak", "--minutes", "5"], 7).soak).toEqual({ count: undefined, minutes: 5 });
    expect(readCommand(["--alerts", "quiet", "--minutes", "5"], 7).soak.minutes).toBe(5);
    expect(readCommand(["soak", "--count", "200", "--seed", "3"], 7)).toMatchObject({
      seed: 3,
      task: "soak",
    });
  });

  it("loses what status calls losable as often as it is told", () => {
    expect(readCommand(["losable", "--count", "100", "--seed", "3", "--record"], 7)).toMatchObject({
      task: "losable",
      seed: 3,
      record: true,
      soak: { count: 100, minutes: undefined },
    });
    expect(() => readCommand(["losable", "switchover"], 7)).toThrow("losable takes no names");
  });

  it.each([
    [["soak", "--watch"], "--watch shows drills alone"],
    [["--alerts", "--watch"], "--watch shows drills alone"],
    [["--record", "--watch"], "--watch and --record exclude each other"],
    [["soak", "--count", "many"], '--count is "many"; allowed is a whole number.'],
    [["--count", "3"], "--count and --minutes belong to soak and losable"],
    [["soak", "switchover"], "soak takes no names; it was given switchover."],
    [["--hurry"], "--hurry"],
  ])("refuses %j with a sentence", (args, sentence) => {
    expect(() => readCommand(args, 7)).toThrow(sentence);
  });

  it("knows its drills and the settings it can break by their names", async () => {
    const drills = await loadDrills();
    expect(() => chooseDrills(drills, ["nosuch"])).toThrow('There is no drill "nosuch"');
    for (const [name, { description, expected }] of drills) {
      expect(description, name).toMatch(/^[A-Z].{20,110}\.$/);
      expect(Object.keys(expected), name).not.toEqual([]);
    }
    for (const { drills: named } of figureRows)
      for (const name of named) expect(drills.has(name), name).toBe(true);
    const breakages = await loadBreakages();
    for (const [name, { drill }] of breakages) expect(drills.has(drill), name).toBe(true);
    expect(() => chooseBreakages(breakages, "nosuch")).toThrow('There is no setting "nosuch" to break');
  });
});

it("the same seed draws the same, whatever else is drawn beside it", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    const fork = random.fork();
    random.next();
    return [random.next(), fork.next(), fork.between(1, 6), fork.pick(["a", "b", "c"])];
  };
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
});
