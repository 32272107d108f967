import { expect, test } from "vitest";
import { locksOfAll } from "../../../import-sqlite/plan/lock-room.ts";
import type { ImportPlan } from "../../../import-sqlite/plan/plan.ts";
import { portionsOf } from "../../../import-sqlite/plan/portions.ts";

/** A plan of tables that each refer to the one before. */
function planOf(tables: number): ImportPlan {
  const names = Array.from({ length: tables }, (_, index) => `t${index}`);
  const part = (table: string) => ({ table, what: "", sql: "" });
  return {
    ...{ schema: "s", accounts: undefined, posts: undefined, images: 0, remarks: [], checks: [] },
    tables: names.map((name, index) => ({
      ...{ name, address: name, columns: [], checks: [] },
      source: { name, indexes: [], foreignKeys: [{ table: `t${Math.max(0, index - 1)}`, from: ["a"] }] },
    })) as unknown as ImportPlan["tables"],
    keys: names.map(part),
    foreignKeys: names.map(part),
    views: [{ name: "v", address: "v", sql: "create view v as select * from T3" }],
  };
}

test("what fits is one portion", () => {
  const plan = planOf(10);
  expect(portionsOf(plan, locksOfAll(plan))).toMatchObject([{ referred: [] }]);
});

test("else each takes a part, with the tables that it refers to, and all of it is in one", () => {
  const plan = planOf(100);
  const portions = portionsOf(plan, 200);
  expect(portions.length).toBeGreaterThan(2);
  for (const { tables, referred, foreignKeys } of portions.slice(0, -1)) {
    expect(locksOfAll({ tables: [...tables, ...referred], keys: [], views: [] })).toBeLessThan(200);
    expect(foreignKeys.map(({ table }) => table)).toEqual(tables.map(({ source }) => source.name));
  }
  expect(portions.flatMap(({ tables }) => tables)).toEqual(plan.tables);
  expect(portions.flatMap(({ keys }) => keys)).toEqual(plan.keys);
  expect(portions.at(-1)?.referred.map(({ name }) => name)).toEqual(["t3"]);
});
