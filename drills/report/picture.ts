import { failed, type Operation } from "../load/ledger.ts";
import { isWrite } from "../measure.ts";
import { escapeMarkup } from "./escape-markup.ts";

/** A moment that is marked; milliseconds since the fault. */
export interface Mark {
  atMs: number;
  what: string;
  kind: "inject" | "clear" | "detected" | "primary" | "redundant";
}

export interface PictureOptions {
  title: string;
  operations: Operation[];
  /** Milliseconds since 1970; the picture's zero. */
  injectedAtMs: number;
  marks: Mark[];
}

const width = 960;
const height = 320;
const frame = { left: 64, right: 16, top: 60, bottom: 34 };
const shortestMs = 1;
const longestMs = 60_000;

const colours = {
  write: "#1f4e8c",
  read: "#8ab6e8",
  failed: "#c62828",
  inject: "#c62828",
  clear: "#6d4c41",
  detected: "#ef6c00",
  primary: "#6a1b9a",
  redundant: "#2e7d32",
};

/** An SVG of every request: when it was answered, how long it took, and whether it failed. */
export function drawPicture({ title, operations, injectedAtMs, marks }: PictureOptions): string {
  const times = operations.flatMap(({ startedAtMs, endedAtMs }) => [startedAtMs, endedAtMs]);
  const from = Math.min(-1_000, ...range(times.map((time) => time - injectedAtMs)));
  const to = Math.max(1_000, ...range(times.map((time) => time - injectedAtMs)));
  const x = (ms: number) =>
    Math.round((frame.left + ((ms - from) / (to - from)) * (width - frame.left - frame.right)) * 2) / 2;
  const dots = (chosen: Operation[], colour: string, radius: number) =>
    dotPath(
      chosen.map((operation) => [
        x(operation.endedAtMs - injectedAtMs),
        y(operation.endedAtMs - operation.startedAtMs),
      ]),
      colour,
      radius,
    );
  const settled = operations.filter(({ outcome }) => outcome === "acknowledged");
  const attempts = operations.flatMap((operation) => operation.attempts.filter(failed));
  const crosses = attempts.map((attempt) =>
    cross(x(attempt.endedAtMs - injectedAtMs), y(attempt.endedAtMs - attempt.startedAtMs)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    legend(title),
    ...scale(from, to, x),
    dots(
      settled.filter((operation) => !isWrite(operation)),
      colours.read,
      3,
    ),
    dots(settled.filter(isWrite), colours.write, 3),
    `<path d="${crosses.join("")}" stroke="${colours.failed}" stroke-width="1.5"/>`,
    ...marks.map((mark, index) => drawMark(mark, index, x)),
    "</svg>",
    "",
  ].join("\n");
}

/** The least and the most of what may be many. */
function range(numbers: number[]): number[] {
  return numbers.length === 0
    ? []
    : [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
}

function y(ms: number): number {
  const share = Math.log(Math.min(longestMs, Math.max(shortestMs, ms)) / shortestMs);
  const inner = height - frame.top - frame.bottom;
  return Math.round((height - frame.bottom - (share / Math.log(longestMs / shortestMs)) * inner) * 2) / 2;
}

/** Lines of no length with round ends: a dot is a few bytes, and those on the same spot are one. */
function dotPath(points: number[][], colour: string, diameter: number): string {
  const spots = new Set(points.map(([px, py]) => `M${px} ${py}h0`));
  return `<path d="${[...spots].join("")}" stroke="${colour}" stroke-width="${diameter}" stroke-linecap="round"/>`;
}

function cross(px: number, py: number): string {
  return `M${px - 4} ${py - 4}l8 8m0-8l-8 8`;
}

function scale(from: number, to: number, x: (ms: number) => number): string[] {
  const lines: string[] = [];
  for (const [ms, label] of [
    [1, "1 ms"],
    [10, "10 ms"],
    [100, "0.1 s"],
    [1_000, "1 s"],
    [10_000, "10 s"],
    [60_000, "60 s"],
  ] as const) {
    lines.push(
      `<path d="M${frame.left} ${y(ms)}H${width - frame.right}" stroke="#e0e0e0"/>`,
      `<text x="${frame.left - 6}" y="${y(ms) + 4}" text-anchor="end" fill="#555">${label}</text>`,
    );
  }
  const step = [1, 2, 5, 10, 20, 30, 60].find((seconds) => (to - from) / 1_000 / seconds <= 14) ?? 120;
  for (let second = Math.ceil(from / 1_000 / step) * step; second * 1_000 <= to; second += step) {
    const at = x(second * 1_000);
    lines.push(
      `<path d="M${at} ${frame.top}V${height - frame.bottom}" stroke="#f0f0f0"/>`,
      `<text x="${at}" y="${height - frame.bottom + 16}" text-anchor="middle" fill="#555">${second} s</text>`,
    );
  }
  return lines;
}

function legend(title: string): string {
  const entries = [
    [colours.write, "write"],
    [colours.read, "read"],
    [colours.failed, "failed request"],
  ];
  const drawn = entries.map(
    ([colour, label], index) =>
      `<circle cx="${620 + index * 90}" cy="16" r="4" fill="${colour}"/><text x="${630 + index * 90}" y="20" fill="#333">${label}</text>`,
  );
  return `<text x="${frame.left}" y="20" font-size="14" font-weight="600" fill="#222">${escapeMarkup(title)}</text>${drawn.join("")}`;
}

/** Labels take turns on two lines, so that neighbours stay readable. */
function drawMark({ atMs, what, kind }: Mark, index: number, x: (ms: number) => number): string {
  const at = x(atMs);
  const colour = colours[kind];
  const dash = kind === "inject" ? "" : ' stroke-dasharray="4 3"';
  const anchor = at > width * 0.8 ? "end" : "start";
  const line = 38 + (index % 2) * 14;
  return [
    `<path d="M${at} ${line + 3}V${height - frame.bottom}" stroke="${colour}" stroke-width="1.5"${dash}/>`,
    `<text x="${at + (anchor === "end" ? -3 : 3)}" y="${line}" text-anchor="${anchor}" fill="${colour}" font-size="11">${escapeMarkup(what)}</text>`,
  ].join("");
}
