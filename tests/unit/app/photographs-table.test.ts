import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { photographs } from "./pictures.ts";

test("the table of photographs in docs/service.md is what the tests publish and refuse", () => {
  const page = readFileSync(new URL("../../../docs/service.md", import.meta.url), "utf8");
  const [, table = ""] = /<!-- photographs:.*?-->([\s\S]*?)<!-- end of photographs -->/.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|$/gm)].map(([, name, becomes]) => [
    name,
    becomes,
  ]);
  const published = (width: number, height: number) => {
    const scale = Math.min(1, 1_024 / Math.max(width, height));
    return `${Math.round(width * scale)} × ${Math.round(height * scale)}`;
  };
  expect(rows.slice(2)).toEqual(
    photographs.map(({ name, becomes }) => [
      name,
      typeof becomes === "string"
        ? `refused: … ${becomes} …`
        : `${published(becomes.width, becomes.height)}${becomes.animated ? ", moving" : ""}`,
    ]),
  );
});
