import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { caseName, type DamageResult, damagedParts, damages } from "../damage/damage.ts";
import { seconds } from "../verdict.ts";
import { fullDiskCells } from "./full-disks.ts";
import { type DrillResult, resultsFolder } from "./results.ts";
import { table } from "./table.ts";

const file = join(resultsFolder, "damage.json");

/** What was measured last, case by case, in the order of the documents. */
export function readDamage(): DamageResult[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DamageResult[]) : [];
}

/** Takes the place of an earlier result of the same case. */
export function recordDamage(result: DamageResult): void {
  const others = readDamage().filter((one) => caseName(one) !== caseName(result));
  const place = ({ part, damage }: DamageResult) =>
    damagedParts.indexOf(part) * damages.length + damages.indexOf(damage);
  const all = [...others, result].toSorted((one, other) => place(one) - place(other));
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

/** A row for each case, measured or not; what a full disk does is measured by drills. */
export function damageTable(results: DamageResult[], drills: Record<string, DrillResult>): string {
  const rows = damagedParts.flatMap((part) => [
    ...damages.map((damage) => {
      const result = results.find((one) => one.part === part && one.damage === damage);
      return [part, damage, ...(result ? cellsOf(result) : Array(7).fill("not yet measured"))];
    }),
    [part, "disk full", ...fullDiskCells(part, drills)],
  ]);
  const head = ["part", "damage", "what is done", "noticed after", "by", "mended by", "after"];
  return table([...head, "failed requests", "writes lost"], rows);
}

function cellsOf(result: DamageResult): string[] {
  const { description, noticedAfterMs, noticedBy, mendedBy, mendedAfterMs, reasons } = result;
  return [
    `${description}${reasons.length > 0 ? ": **failed**" : ""}`,
    noticedAfterMs === undefined ? "never" : seconds(noticedAfterMs),
    noticedBy ?? "nobody",
    mendedBy ? `\`${mendedBy}\`` : "itself",
    mendedAfterMs === undefined ? "not" : seconds(mendedAfterMs),
    `${result.failedRequests} of ${result.operations}`,
    String(result.lost),
  ];
}
