import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  align,
  stretches,
  summarize,
} from "../../../../../../infra/docker/images/metrics/pages/dashboards/align.mjs";
import { annotations } from "../../../../../../infra/docker/images/metrics/pages/dashboards/definitions/annotations.mjs";
import {
  eventsOf,
  readEvents,
} from "../../../../../../infra/docker/images/metrics/pages/dashboards/events.mjs";
import { formatValue } from "../../../../../../infra/docker/images/metrics/pages/dashboards/format.mjs";
import { Prometheus } from "../../../../../../infra/docker/images/metrics/pages/dashboards/prometheus.mjs";
import {
  address,
  chosen,
  ranges,
  timesOf,
} from "../../../../../../infra/docker/images/metrics/pages/dashboards/range.mjs";
import { projectRoot } from "../../../../../../infra/project.ts";

const pageFolder = join(projectRoot, "infra/docker/images/metrics/pages/dashboards");
const times = { start: 100, end: 130, step: 10 };

describe("the address", () => {
  const all = [{ name: "overview" }, { name: "database" }];

  it("says which dashboard and how much time; without it they are the first and an hour", () => {
    expect(chosen("", all)).toMatchObject({ dashboard: { name: "overview" }, range: { seconds: 3600 } });
    const link = address({ name: "database" }, { name: "24h" });
    expect(chosen(link, all)).toMatchObject({ dashboard: { name: "database" }, range: { seconds: 86_400 } });
  });

  it.each([
    ["?dashboard=nothing", 'The dashboard is "nothing"; there are overview, database.'],
    ["?range=1y", 'The range is "1y"; there are 15m, 1h, 6h, 24h.'],
  ])("%s gets a sentence", (search, sentence) => {
    expect(() => chosen(search, all)).toThrow(sentence);
  });

  it.each(ranges)("$text ends now, at a multiple of its step", (range) => {
    expect(range.seconds % range.stepSeconds).toBe(0);
    const { start, end, step } = timesOf(range, 1_700_000_007_123);
    expect([end - start, end % step]).toEqual([range.seconds, 0]);
    expect(1_700_000_007 - end).toBeLessThan(step);
  });
});

describe("series", () => {
  const series = (labels: Record<string, string>, ...samples: [number, number][]) => ({ labels, samples });

  it("are put on the same times, with gaps where there is no sample or no number", () => {
    const { times: points, lines } = align(
      [
        {
          query: { expr: "a", legend: "{{instance}} {{ code }}" },
          series: [
            series({ instance: "app-10", code: "2xx" }, [100, 1], [130, 4]),
            series({ instance: "app-2", code: "2xx" }, [110, Number.NaN], [120, 3], [140, 9]),
          ],
        },
      ],
      times,
    );
    expect(points).toEqual([100, 110, 120, 130]);
    expect(lines).toEqual([
      { name: "app-2 2xx", values: [null, null, 3, null] },
      { name: "app-10 2xx", values: [1, null, null, 4] },
    ]);
  });

  it("keep the order of their queries, and one without a name is there only where nothing else is", () => {
    const named = {
      query: { expr: "b", legend: "{{drill}}" },
      series: [series({ drill: "quiet" }), series({})],
    };
    const last = { query: { expr: "c", legend: "all" }, series: [series({})] };
    expect(align([named, last], times).lines.map(({ name }) => name)).toEqual(["quiet", "all"]);
    const alone = { query: named.query, series: [series({})] };
    expect(align([alone], times).lines.map(({ name }) => name)).toEqual(["none"]);
    const plain = { query: { expr: "d" }, series: [series({ __name__: "d", job: "app" })] };
    expect(align([plain], times).lines.map(({ name }) => name)).toEqual(["job=app"]);
  });

  it("are summed up in figures and in stretches", () => {
    expect(summarize([null, 3, 1, null])).toEqual({ last: undefined, least: 1, most: 3 });
    expect(summarize([null])).toBeUndefined();
    expect(stretches([1, 1, 0, null, 0])).toEqual([
      { value: 1, from: 0, to: 2 },
      { value: 0, from: 2, to: 3 },
      { value: 0, from: 4, to: 5 },
    ]);
  });
});

describe("what happened", () => {
  const drill = { name: "drills", expr: "x", title: "drill", text: "{{drill}}", color: "orange" } as const;

  it.each(ranges)("in $text is asked for in steps that no failover falls between", async (range) => {
    const asked: number[] = [];
    const queryRange = async (_: string, { step }: { step: number }) => {
      asked.push(step);
      return [];
    };
    await readEvents({ queryRange }, annotations, timesOf(range, 1_700_000_007_123));
    expect(asked).toHaveLength(annotations.length);
    // The annotation looks 30 s back; more than 11,000 points Prometheus refuses.
    expect(Math.max(...asked)).toBeLessThan(30);
    expect(range.seconds / Math.min(...asked)).toBeLessThan(11_000);
  });

  it("is one event as long as samples follow each other", () => {
    const samples: [number, number][] = [
      [100, 1],
      [110, 1],
      [130, 1],
    ];
    expect(eventsOf(drill, [{ labels: { drill: "quiet" }, samples }], times)).toMatchObject([
      { text: "quiet", from: 100, to: 110 },
      { text: "quiet", from: 130, to: 130 },
    ]);
  });

  it("is when its value says, where the value is a time", () => {
    const samples: [number, number][] = [
      [100, 20_000],
      [110, 105_000],
      [120, 105_000],
      [130, 131_000],
    ];
    expect(
      eventsOf({ ...drill, valueIsTime: true }, [{ labels: {}, samples }], times).map(({ from, to }) => [
        from,
        to,
      ]),
    ).toEqual([[105, 105]]);
  });
});

it.each([
  ["s", 0.000_25, "250 µs"],
  ["s", 0.0125, "12.5 ms"],
  ["s", 59.94, "59.9 s"],
  ["s", 5_400, "1.5 h"],
  ["s", -200_000, "-2.31 d"],
  ["s", 0, "0 s"],
  ["bytes", 0, "0 B"],
  ["bytes", 190_000_000, "181 MiB"],
  ["percentunit", 0.0012, "0.12 %"],
  ["reqps", 1_234, "1.23 k/s"],
  ["ops", 0.05, "0.05/s"],
  ["short", 3, "3"],
  ["short", Number.NaN, "none"],
  ["short", Number.POSITIVE_INFINITY, "∞"],
] as const)("a value in %s, %d, reads %s", (unit, value, text) => {
  expect(formatValue(unit, value)).toBe(text);
});

describe("Prometheus", () => {
  /** Answers everything alike; `asked` has the addresses. */
  async function answering(body: string) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const prometheus = new Prometheus(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`);
    return { prometheus, asked, [Symbol.asyncDispose]: async () => void server.close() };
  }

  it("is asked by its API, and its numbers are numbers", async () => {
    const result = [
      {
        metric: { code: "2xx" },
        values: [
          [100, "1.5"],
          [110, "+Inf"],
        ],
      },
    ];
    await using server = await answering(JSON.stringify({ status: "success", data: { result } }));
    expect(await server.prometheus.queryRange('a{b="c"}', times)).toEqual([
      {
        labels: { code: "2xx" },
        samples: [
          [100, 1.5],
          [110, Number.POSITIVE_INFINITY],
        ],
      },
    ]);
    expect(server.asked).toEqual([
      "/prefix/api/v1/query_range?query=a%7Bb%3D%22c%22%7D&start=100&end=130&step=10",
    ]);
  });

  it("is asked once more where a request is cut off", async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.end(JSON.stringify({ status: "success", data: { result: [] } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await new Prometheus(`http://127.0.0.1:${port}/`).query("a")).toEqual([]);
    expect(asked).toBe(2);
    server.close();
  });

  it("that refuses a query, or is not there, is told in a sentence", async () => {
    await using server = await answering(JSON.stringify({ status: "error", error: "parse error" }));
    await expect(server.prometheus.query("(")).rejects.toThrow("Prometheus refuses the query: parse error.");
    await expect(new Prometheus("http://127.0.0.1:1/").query("a")).rejects.toThrow(
      "Prometheus does not answer.",
    );
  });
});

it("the chart library is a copy of the one that package.json pins", () => {
  for (const file of ["dist/uPlot.esm.js", "dist/uPlot.min.css", "LICENSE"]) {
    const original = readFileSync(join(projectRoot, "node_modules/uplot", file), "utf8");
    const copy = readFileSync(join(pageFolder, "uplot", file.replace("dist/", "")), "utf8");
    expect(copy === original, `${file}: copy it from node_modules/uplot`).toBe(true);
  }
});

it("the page runs nothing but its own files", () => {
  const page = readFileSync(join(pageFolder, "index.html"), "utf8");
  expect(page).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
  expect(page).not.toMatch(/<script(?![^>]* src="main\.mjs")|<style|\sstyle=|\son[a-z]+=/);
  expect(page).not.toContain("://");
});
