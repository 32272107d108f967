import { describe, expect, test } from "vitest";
import { explore } from "./explore.ts";
import { type Conditions, conditions, start, stepsOf, wrong } from "./model.ts";

/** Patroni compares these; since only who leads writes /sync, nothing rests on them any more. */
const spare: (keyof Conditions)[] = ["promotionReplacesSync", "primaryComparesSync"];
const needed = (Object.keys(conditions) as (keyof Conditions)[]).filter((name) => !spare.includes(name));

const without = (...names: (keyof Conditions)[]) =>
  stepsOf({ ...conditions, ...Object.fromEntries(names.map((name) => [name, false])) });

describe("a lead that ends at any moment, in every interleaving", () => {
  test("loses nothing that was acknowledged, and never lets two primaries acknowledge", () => {
    const { states, counterexample } = explore(start(), stepsOf(conditions), wrong);
    expect(counterexample).toBeUndefined();
    // So that a model in which little happens does not pass.
    expect(states).toBeGreaterThan(25_000);
  }, 180_000);

  test.each(needed)("without %s it goes wrong", (name) => {
    const { counterexample } = explore(start(), without(name), wrong);
    expect(counterexample?.wrong).toMatch(/lost|two primaries/);
  });

  test("what Patroni compares beside that is spare", () => {
    expect(explore(start(), without(...spare), wrong).counterexample).toBeUndefined();
  }, 180_000);
});
