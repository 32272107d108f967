import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultLimits } from "../../../app/settings/limits.ts";

test("the table of limits in docs/service.md is what the code says", () => {
  const page = readFileSync(new URL("../../../docs/service.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| ([\d,]+) +\| ([\d,]+) +\|$/gm)].map(
    ([, name, count = "", seconds = ""]) => [
      name,
      { count: Number(count.replaceAll(",", "")), windowSeconds: Number(seconds.replaceAll(",", "")) },
    ],
  );
  expect(Object.fromEntries(rows)).toEqual(defaultLimits);
});
