import { describe, expect, it } from "vitest";
import { damageCases } from "../../../drills/damage/cases.ts";
import { asTyped } from "../../../drills/damage/command.ts";
import { caseName, type DamageResult, damagedParts, damages } from "../../../drills/damage/damage.ts";
import { chooseCases } from "../../../drills/damage/run-damage.ts";
import { damageTable, readDamage } from "../../../drills/report/damage-results.ts";

describe("the damages", () => {
  it("leave no part and no damage out, and name none twice", () => {
    const wanted = damagedParts.flatMap((part) => damages.map((damage) => caseName({ part, damage })));
    expect(damageCases.map(caseName)).toEqual(wanted);
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  it("are chosen by name, all without one", () => {
    expect(chooseCases([])).toEqual(damageCases);
    expect(chooseCases(["metrics-disk-lost"]).map(caseName)).toEqual(["metrics-disk-lost"]);
    expect(() => chooseCases(["metrics-eaten"])).toThrow(
      /There is no damage "metrics-eaten"; there are .*metrics-disk-lost/,
    );
  });

  it("name their commands as people type them", () => {
    expect(asTyped(["restore-verify"])).toBe("npm run restore:verify");
    expect(asTyped(["repair", "consensus"])).toBe("npm run repair -- consensus");
  });
});

describe("the table of damages", () => {
  const result: DamageResult = {
    part: "metrics",
    damage: "disk lost",
    description: "everything removed",
    measuredAt: "2026-01-01T00:00:00.000Z",
    commit: "0",
    loadAverage: 1,
    noticedAfterMs: 1_200,
    noticedBy: "status: metrics-1 is exited",
    mendedAfterMs: 5_000,
    failedRequests: 0,
    operations: 100,
    lost: 0,
    reasons: [],
  };

  it("has no empty cell, even for what was not noticed and not mended", () => {
    const { noticedAfterMs, noticedBy, mendedAfterMs, ...nothing } = result;
    const other: DamageResult = { ...nothing, damage: "data damaged", reasons: ["nothing noticed it"] };
    const [head = "", , ...rows] = damageTable([result, other], {}).split("\n");
    expect(rows).toHaveLength(damagedParts.length * (damages.length + 1));
    for (const row of rows) {
      const cells = row.split("|").slice(1, -1);
      expect(cells).toHaveLength(head.split("|").length - 2);
      expect(cells.filter((cell) => cell.trim() === "")).toEqual([]);
    }
    const [measured, failed, missing] = rows.filter((row) => row.startsWith("| metrics "));
    expect(measured).toContain("1.2 s");
    expect(failed).toContain("**failed**");
    expect(missing).toContain("not yet measured");
  });

  it("is written from what was recorded, without a lost write", () => {
    expect(readDamage().filter(({ lost }) => lost > 0)).toEqual([]);
  });
});
