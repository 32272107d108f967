import { losableSection, readLosable } from "../losable/losable-results.ts";
import { seconds } from "../verdict.ts";
import { benchTables } from "./bench-tables.ts";
import { damageTable, readDamage } from "./damage-results.ts";
import { figureRows, worstOf } from "./figures.ts";
import { fullDiskTable } from "./full-disks.ts";
import type { DrillResult, Results } from "./results.ts";
import { table } from "./table.ts";

/**
 * The parts of documents that are written from the results, by the name of their markers: `<!-- NAME -->` before and
 * `<!-- /NAME -->` after.
 */
export function sectionsOf(results: Results): Record<string, string> {
  return {
    "failover-table": figureTable(results),
    "failover-drills": drillTable(results.drills),
    "failover-environment": environment(results),
    "failover-breakages": breakageTable(results),
    "failover-soak": soak(results),
    "failover-linearizability": (results.drills.linearizability?.found ?? []).join("\n"),
    "failover-damage": damageTable(readDamage(), results.drills),
    "full-disks": fullDiskTable(results.drills),
    "failover-losable": losableSection(readLosable()),
    "failover-pictures": pictures(results.drills),
    ...benchTables(results.bench),
  };
}

/**
 * Puts sections between their markers; a document need not have all.
 * @throws Error for a marker that is opened and not closed.
 */
export function fillMarkers(document: string, sections: Record<string, string>): string {
  return Object.entries(sections).reduce((text, [name, content]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const start = text.indexOf(open);
    if (start === -1) return text;
    const end = text.indexOf(close, start);
    if (end === -1) throw new Error(`The marker ${open} has no ${close}.`);
    return `${text.slice(0, start + open.length)}\n\n${content.trim()}\n\n${text.slice(end)}`.replace(
      `${open}\n\n\n\n${close}`,
      `${open}\n${close}`,
    );
  }, document);
}

function figureTable({ drills }: Results): string {
  const rows = figureRows.flatMap((row) => {
    const worst = worstOf(row, drills);
    if (!worst) return [];
    return [
      [
        row.fault,
        row.mayFail === "" ? String(worst.failedRequests) : `${worst.failedRequests} (${row.mayFail})`,
        `${seconds(worst.writesPauseMs)} (${row.mayPause})`,
        Number.isFinite(worst.recoveryMs) ? seconds(worst.recoveryMs) : "not by itself",
        `${worst.lost} / ${worst.twice}`,
      ],
    ];
  });
  return table(
    [
      "fault",
      "failed requests (allowed)",
      "longest write (allowed)",
      "fully redundant after",
      "writes lost / twice",
    ],
    rows,
  );
}

function drillTable(drills: Record<string, DrillResult>): string {
  const rows = Object.entries(drills).map(([name, { passed, description, measures }]) => {
    const { clients, stack, recovery, differences } = measures;
    return [
      `[${name}](failover/${name}.svg)${passed ? "" : " **failed**"}`,
      description,
      `${clients.failedRequests} of ${clients.operations}`,
      `${seconds(clients.writesPauseMs)} / ${seconds(clients.readsPauseMs)}`,
      stack.detected ? seconds(stack.detected.afterMs) : "",
      stack.newPrimary ? seconds(stack.newPrimary.afterMs) : "",
      recovery ? `${seconds(recovery.afterInjectMs)} / ${seconds(recovery.afterClearMs)}` : "not by itself",
      `${differences.lost.length} / ${differences.twice.length} / ${clients.readsBackInTime.length} / ${stack.twoPrimaries.length}`,
    ];
  });
  return table(
    [
      "drill",
      "what happens",
      "failed requests",
      "longest write / read",
      "detected",
      "new primary",
      "fully redundant after the fault / its end",
      "lost / twice / back in time / two primaries",
    ],
    rows,
  );
}

function environment({ commit, versions, machine }: Results): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${machine.cores} cores (${machine.architecture}), ${machine.memoryGibibytes} GiB, Linux ${machine.kernel},`,
    `with ${programs.join(", ")}; commit \`${commit.slice(0, 12)}${commit.endsWith("-dirty") ? "-dirty" : ""}\`.`,
  ].join("\n");
}

function breakageTable({ breakages }: Results): string {
  const rows = Object.entries(breakages).map(([name, { description, drill, caught, reasons }]) => [
    name,
    description,
    drill,
    caught ? "yes" : "**no**",
    reasons[0] ?? "",
  ]);
  return table(["broken on purpose", "how", "drill", "caught", "what it said"], rows);
}

function soak({ soak: result }: Results): string {
  if (!result) return "";
  const lines = [
    `${result.faults} faults in ${result.minutes} minutes, drawn with seed ${result.seed}:`,
    `${result.acknowledgedWrites} writes acknowledged, ${result.lost} lost, ${result.twice} done twice,`,
    `${result.backInTime} reads back in time, ${result.twoPrimaries} moments with two primaries,`,
    `${result.notRecovered} times not fully redundant by itself; ${result.failedRequests} of ${result.operations} requests failed.`,
    `The longest write of a round took ${seconds(result.writesPauseMs.median)} in the middle and`,
    `${seconds(result.writesPauseMs.longest)} at worst; fully redundant after ${seconds(result.recoveryMs.median)} and`,
    `${seconds(result.recoveryMs.longest)}.`,
  ];
  const drawn = Object.entries(result.drawn).map(([name, count]) => `${name} ${count}`);
  return `${lines.join("\n")}\n\nDrawn: ${drawn.join(", ")}.`;
}

function pictures(drills: Record<string, DrillResult>): string {
  return Object.keys(drills)
    .map((name) => `![${name}](failover/${name}.svg)`)
    .join("\n\n");
}
