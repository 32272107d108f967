import {
  BigValueColorMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard as GrafanaDashboard,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Annotation, Dashboard, Panel, Query, States, StatPanel } from "./dashboard.ts";

/** Of infra/docker/images/dashboards/provisioning. */
const source = { type: "prometheus", uid: "metrics" };

/** What links the dashboards to each other. */
const tag = "capstone";

/** A dashboard as the Grafana of infra/docker/images/dashboards reads it; the SDK is the one for its version. */
export function grafanaDashboard(dashboard: Dashboard, annotations: Annotation[]): GrafanaDashboard {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(dashboard.name)
    .tags([tag])
    .timezone("browser")
    .version(1)
    .readonly()
    .refresh("10s")
    .time({ from: "now-1h", to: "now" })
    .link(new DashboardLinkBuilder("dashboards").type(DashboardLinkType.Dashboards).tags([tag]));
  for (const annotation of annotations) builder.annotation(annotationQuery(annotation));
  dashboard.panels.forEach((panel, index) => {
    const made = panelBuilder(panel)
      .id(index + 1)
      .title(panel.title)
      .datasource(source)
      .span(panel.width)
      .height(panel.height);
    if (panel.description) made.description(panel.description);
    panel.queries.forEach((query, number) => {
      made.withTarget(target(panel, query, number));
    });
    builder.withPanel(made);
  });
  return builder.build();
}

function panelBuilder(panel: Panel): StatBuilder | TimeSeriesBuilder | StateTimelineBuilder | TableBuilder {
  switch (panel.kind) {
    case "stat":
      return statBuilder(panel);
    case "lines": {
      const builder = new TimeSeriesBuilder().unit(panel.unit);
      if (panel.min !== undefined) builder.min(panel.min);
      if (panel.max !== undefined) builder.max(panel.max);
      return builder;
    }
    case "states":
      return new StateTimelineBuilder().mappings(mappings(panel.states));
    case "table":
      return new TableBuilder();
  }
}

function statBuilder({ unit, states, redFrom, show }: StatPanel): StatBuilder {
  const builder = new StatBuilder()
    .unit(unit)
    .textMode(show === "name" ? BigValueTextMode.Name : BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    // Without states and limits there is nothing to judge: Grafana's own limit would paint an age of 80 s red.
    .colorMode(states || redFrom !== undefined ? BigValueColorMode.Background : BigValueColorMode.None);
  if (states) builder.mappings(mappings(states));
  if (redFrom !== undefined) {
    const steps = [
      { color: "green", value: null },
      { color: "red", value: redFrom },
    ];
    builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  return builder;
}

function mappings(states: States): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: { ...states } }];
}

function target({ kind }: Panel, { expr, legend = "__auto" }: Query, number: number): DataqueryBuilder {
  const builder = new DataqueryBuilder()
    .datasource(source)
    .refId(String.fromCharCode("A".charCodeAt(0) + number))
    .expr(expr)
    .legendFormat(legend);
  return kind === "stat" || kind === "table" ? builder.instant() : builder;
}

/** Grafana's Prometheus source reads more of an annotation than the SDK's type names. */
function annotationQuery({ name, expr, valueIsTime, title, text, color }: Annotation) {
  const builder = new AnnotationQueryBuilder()
    .datasource(source)
    .enable(true)
    .name(name)
    .expr(expr)
    .iconColor(color);
  const ofPrometheus = {
    step: "5s",
    titleFormat: title,
    textFormat: text,
    ...(valueIsTime ? { useValueForTime: true } : {}),
  };
  return { build: () => ({ ...builder.build(), ...ofPrometheus }) };
}
