import { seconds } from "../verdict.ts";
import { escapeMarkup } from "./escape-markup.ts";
import type { Results } from "./results.ts";

/**
 * One page with every drill: figures and picture. It needs no other file and no network.
 * @param pictures Drill to its SVG.
 */
export function drawPage(results: Results, pictures: Record<string, string>): string {
  const { commit, versions, machine, drills } = results;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rows = Object.entries(drills).map(([name, { passed, measures }]) => {
    const { clients, stack, recovery, differences } = measures;
    const cells = [
      `<a href="#${name}">${name}</a>`,
      passed ? "passed" : "<b>failed</b>",
      `${clients.failedRequests} of ${clients.operations}`,
      seconds(clients.writesPauseMs),
      seconds(clients.readsPauseMs),
      stack.detected ? seconds(stack.detected.afterMs) : "",
      stack.newPrimary ? seconds(stack.newPrimary.afterMs) : "",
      recovery ? seconds(recovery.afterInjectMs) : "not by itself",
      `${differences.lost.length} / ${differences.twice.length}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const sections = Object.entries(drills).map(
    ([
      name,
      { description, reasons },
    ]) => `<section id="${name}"><h2>${name}</h2><p>${escapeMarkup(description)}</p>
${reasons.map((reason) => `<p class="failed">${escapeMarkup(reason)}</p>`).join("\n")}
${pictures[name] ?? ""}</section>`,
  );
  const head = [
    "drill",
    "verdict",
    "failed requests",
    "longest write",
    "longest read",
    "detected",
    "new primary",
    "fully redundant",
    "lost / twice",
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Capstone: failover drills</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; }
svg { width: 100%; height: auto; border: 1px solid #ddd; }
h2 { margin: 2rem 0 0; font-size: 1.1rem; }
p { margin: .3rem 0; }
.failed { color: #c62828; }
</style>
<h1>Failover drills</h1>
<p>Commit ${escapeMarkup(commit)}; ${machine.cores} cores, ${machine.memoryGibibytes} GiB, Linux ${escapeMarkup(machine.kernel)}; ${escapeMarkup(programs.join(", "))}.</p>
<p>Each dot is a request: when it was answered, and how long it took. A cross is one that failed.</p>
<table>
<tr>${head.map((cell) => `<th>${cell}</th>`).join("")}</tr>
${rows.join("\n")}
</table>
${sections.join("\n")}
</html>
`;
}
