import type { Role } from "../../../infra/topology.ts";
import type { DrillState, PartState } from "../state.ts";
import { byId, element, say } from "./element.ts";

interface Tier {
  title: string;
  roles: Role[];
  /** Whether requests go on from here to the next tier. */
  flows?: true;
  /** Two of these stand side by side. */
  half?: true;
  small?: true;
}

const tiers: Tier[] = [
  { title: "Traffic", roles: ["edge", "proxy"], flows: true },
  { title: "Service", roles: ["app"], flows: true },
  { title: "Database", roles: ["database"] },
  { title: "Consensus", roles: ["consensus"], half: true },
  { title: "Object store", roles: ["object-store"], half: true },
  {
    title: "Monitoring and backups",
    roles: ["metrics", "alerts", "exporter", "dashboards", "backup"],
    small: true,
  },
];

interface Shown {
  item: HTMLElement;
  note: HTMLElement;
}

let shownFor = "";
const items = new Map<string, Shown>();
const flows: HTMLElement[] = [];

export function showTopology(state: DrillState): void {
  const names = [...state.parts.keys()].join(" ");
  if (names !== shownFor) build(state);
  shownFor = names;
  for (const part of state.parts.values()) showPart(part, items.get(part.name));
  const isServed = state.primary !== undefined;
  flows.forEach((flow, index) => {
    const isLast = index === flows.length - 1;
    const moves = state.loadAtMs !== undefined && !state.ended && state.phase !== "comparison";
    flow.dataset.is = !isServed && isLast ? "blocked" : moves ? "flowing" : "still";
  });
  const waiting = state.faultAtMs !== undefined || state.phase === "waiting" ? state.missing : [];
  say(byId("missing"), waiting.length > 0 ? `Not fully redundant: ${waiting.join("; ")}.` : "");
}

function build(state: DrillState): void {
  items.clear();
  flows.length = 0;
  const parts = [...state.parts.values()];
  const clients = [element("p", { class: "clients" }, `${state.clients} clients`), makeFlow()];
  const made = tiers.flatMap((tier) => {
    const own = parts.filter(({ role }) => tier.roles.includes(role));
    return own.length > 0 ? [makeTier(tier, own)] : [];
  });
  byId("tiers").replaceChildren(...clients, ...made.flat());
}

function makeTier({ title, flows, half, small }: Tier, parts: PartState[]): HTMLElement[] {
  const list = element("ul", {}, ...parts.map(makePart));
  const kind = ["tier", half && "half", small && "small"].filter(Boolean).join(" ");
  const tier = element("section", { class: kind }, element("h3", {}, title), list);
  return flows ? [tier, makeFlow()] : [tier];
}

function makeFlow(): HTMLElement {
  const flow = element("div", { class: "flow", "aria-hidden": "true" });
  flows.push(flow);
  return flow;
}

function makePart({ name }: PartState): HTMLElement {
  const note = element("span", { class: "note" });
  const item = element("li", { class: "part" }, element("span", { class: "name" }, name), note);
  items.set(name, { item, note });
  return item;
}

function showPart(part: PartState, shown: Shown | undefined): void {
  if (!shown) return;
  shown.item.dataset.look = lookOf(part);
  say(shown.note, noteOf(part));
}

function lookOf({ condition, fault, database }: PartState): string {
  if (condition === "down") return "down";
  if (fault !== undefined || condition === "unhealthy") return "hurt";
  if (condition === "starting") return "starting";
  if (database?.role === "primary") return "primary";
  return database?.role === "silent" ? "starting" : "up";
}

function noteOf({ condition, fault, database }: PartState): string {
  if (fault !== undefined) return condition === "starting" ? `${fault}, starting` : fault;
  if (condition === "down") return "ended";
  if (condition !== "up") return condition;
  if (!database) return "";
  if (database.role === "replica") return database.streams ? "replica" : "replica, not streaming";
  return database.role;
}
