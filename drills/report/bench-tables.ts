import type { BenchFigure, BenchResult, Spread } from "./bench-result.ts";
import { table } from "./table.ts";

/** The tables of the bench, by the names of their markers. */
export function benchTables(bench: BenchResult | undefined): Record<string, string> {
  const names = ["bench-steady", "bench-nodes", "bench-proxies", "bench-flask", "bench-failover"];
  if (!bench) return Object.fromEntries(names.map((name) => [name, ""]));
  const { figures } = bench;
  const steady = figures.filter(({ phase }) => phase === undefined);
  return {
    "bench-steady": steadyTable(steady),
    "bench-nodes": nodesTable(steady),
    "bench-proxies": proxiesTable(steady),
    "bench-flask": flaskTable(steady),
    "bench-failover": failoverTable(figures),
  };
}

function steadyTable(figures: BenchFigure[]): string {
  const rows = figures
    .filter(({ route, nodes }) => route === "one node" || nodes === 2)
    .filter((figure, index, all) => all.findIndex((other) => sameCase(figure, other)) === index)
    .map((figure) => [figure.kind, figure.route, String(figure.connections), ...cells(figure)]);
  return table(["what", "how", "connections", ...heads], rows);
}

function nodesTable(figures: BenchFigure[]): string {
  const rows = figures
    .filter(({ route, connections }) => route === "proxies" && connections === 100)
    .filter(({ kind }) => kind === "page" || kind === "post")
    .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.nodes - b.nodes)
    .map((figure) => [figure.kind, String(figure.nodes), ...cells(figure)]);
  return table(["what", "application nodes", ...heads], rows);
}

/** The later measurement of the straight way is the one beside a single node behind the proxies. */
function proxiesTable(figures: BenchFigure[]): string {
  const rows = figures
    .filter(({ route, nodes }) => route === "proxies" && nodes === 1)
    .flatMap((through) => {
      const straight = figures.findLast(
        (other) => other.route === "one node" && sameCase({ ...through, route: "one node" }, other),
      );
      if (!straight) return [];
      const share = 1 - through.requestsASecond.median / straight.requestsASecond.median;
      const more = through.medianMs.median - straight.medianMs.median;
      return [
        [
          through.kind,
          String(through.connections),
          spread(straight.requestsASecond),
          spread(through.requestsASecond),
          `${(share * 100).toFixed(0)} %`,
          `${more.toFixed(2)} ms`,
        ],
      ];
    });
  const head = ["what", "connections", "straight, a second", "through, a second", "less", "median longer by"];
  return table(head, rows);
}

function flaskTable(figures: BenchFigure[]): string {
  const rows = figures
    .filter(({ route }) => route === "flask")
    .flatMap((flask) => {
      const ours = figures.find(
        (other) =>
          other.route === "proxies" &&
          other.nodes === 2 &&
          other.kind === flask.kind &&
          other.connections === flask.connections,
      );
      if (!ours) return [];
      const ratio = ours.requestsASecond.median / flask.requestsASecond.median;
      const worst = ours.requestsASecond.least / flask.requestsASecond.most;
      const best = ours.requestsASecond.most / flask.requestsASecond.least;
      const [theirCost, ourCost] = [flask.processorMs?.service ?? 0, ours.processorMs?.service ?? 0];
      return [
        [
          flask.kind,
          String(flask.connections),
          spread(flask.requestsASecond),
          spread(ours.requestsASecond),
          `${ratio.toFixed(1)} (${worst.toFixed(1)} to ${best.toFixed(1)})`,
          `${theirCost.toFixed(2)} ms`,
          `${ourCost.toFixed(2)} ms`,
          (theirCost / ourCost).toFixed(1),
        ],
      ];
    });
  const throughput = ["Flask, a second", "this, through the proxies, a second", "ratio"];
  const cost = ["core busy a request: Flask", "this", "ratio"];
  return table(["what", "connections", ...throughput, ...cost], rows);
}

function failoverTable(figures: BenchFigure[]): string {
  const rows = figures
    .filter(({ phase }) => phase !== undefined)
    .map((figure) => [
      figure.kind,
      figure.phase ?? "",
      String(figure.requestsASecond.median),
      `${figure.medianMs.median} ms`,
      `${figure.p99Ms.median} ms`,
      String(figure.failed),
    ]);
  return table(["what", "10 s", "a second", "median", "99 %", "failed"], rows);
}

const heads = ["a second", "median", "99 %", "failed"];

function cells({ requestsASecond, medianMs, p99Ms, failed }: BenchFigure): string[] {
  return [spread(requestsASecond), `${spread(medianMs)} ms`, `${spread(p99Ms)} ms`, String(failed)];
}

function spread({ median, least, most }: Spread): string {
  return `${short(median)} (${short(least)} to ${short(most)})`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function sameCase(a: BenchFigure, b: BenchFigure): boolean {
  return a.kind === b.kind && a.route === b.route && a.nodes === b.nodes && a.connections === b.connections;
}
