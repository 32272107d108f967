import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { annotations } from "../../../../../infra/docker/images/metrics/pages/dashboards/definitions/annotations.mjs";
import { dashboards } from "../../../../../infra/docker/images/metrics/pages/dashboards/definitions/dashboards.mjs";
import { grafanaDashboard } from "../../../../../infra/docker/monitoring/grafana-dashboard.ts";
import { projectRoot } from "../../../../../infra/project.ts";

const folder = join(projectRoot, "infra/docker/images/dashboards/dashboards");

// `vitest -u` writes them anew: Grafana's image takes them from there.
it.each(dashboards)("Grafana's $name is made from the list", async (dashboard) => {
  const text = `${JSON.stringify(grafanaDashboard(dashboard, annotations), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(folder, `${dashboard.name}.json`));
});

it("Grafana has no dashboard that is not in the list", () => {
  expect(readdirSync(folder).sort()).toEqual(dashboards.map(({ name }) => `${name}.json`).sort());
});

it.each(dashboards)(
  "in Grafana every row of $name is full, but for the last, and every panel has its own place",
  (dashboard) => {
    const { panels = [] } = grafanaDashboard(dashboard, annotations);
    const cells = panels.flatMap(({ gridPos: place = { x: 0, y: 0, w: 0, h: 0 } }) =>
      Array.from({ length: place.w * place.h }, (_, index) => {
        const x = place.x + (index % place.w);
        expect(x).toBeLessThan(24);
        return `${x} ${place.y + Math.floor(index / place.w)}`;
      }),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const last = panels.at(-1)?.gridPos?.y ?? 0;
    const above = cells.filter((cell) => Number(cell.split(" ")[1]) < last);
    expect(above).toHaveLength(last * 24);
  },
);
