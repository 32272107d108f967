/**
 * What a dashboard is made of. The dashboards are data in infra/docker/images/metrics/pages/dashboards/definitions: the
 * page beside them shows them, and grafana-dashboard.ts makes Grafana's of them.
 */

export interface Dashboard {
  /** In addresses and file names. */
  name: string;
  title: string;
  panels: Panel[];
}

export type Panel = StatPanel | LinesPanel | StatesPanel | TablePanel;

/** By Grafana's names: a plain number, seconds, bytes, requests a second, operations a second, a share of 1. */
export type Unit = "short" | "s" | "bytes" | "reqps" | "ops" | "percentunit";

export type Color = "green" | "red" | "blue" | "orange" | "gray";

/** What the values of a state are called. */
export type States = { readonly [value: number]: { text: string; color: Color } };

export interface Query {
  /** PromQL. */
  expr: string;
  /** What a series is called, with `{{label}}` for the value of its label. */
  legend?: string;
}

interface CommonPanel {
  title: string;
  /** What the title leaves open. */
  description?: string;
  /** In columns, of which a row has 24. */
  width: number;
  /** In rows of Grafana's grid, 30 pixels each. */
  height: number;
  queries: Query[];
}

/** One value, as it is now. */
export interface StatPanel extends CommonPanel {
  kind: "stat";
  unit: Unit;
  states?: States;
  /** From this value on it is bad, below it good. */
  redFrom?: number;
  /** The series' name is shown and not its value. */
  show?: "name";
}

/** A line for each series over time. */
export interface LinesPanel extends CommonPanel {
  kind: "lines";
  unit: Unit;
  min?: number;
  max?: number;
}

/** A bar for each series over time, in the color of its state. */
export interface StatesPanel extends CommonPanel {
  kind: "states";
  states: States;
}

/** The labels of each series, as they are now. */
export interface TablePanel extends CommonPanel {
  kind: "table";
}

/** What is marked on every panel with a time axis: there is a sample wherever it was so. */
export interface Annotation {
  name: string;
  /** PromQL. */
  expr: string;
  /** The sample's value is when it was, in milliseconds; its own time does not count. */
  valueIsTime?: true;
  title: string;
  /** With `{{label}}` as in a legend. */
  text: string;
  color: Color;
}
