import type { DrillState } from "../state.ts";
import { byId, element, say } from "./element.ts";

interface Figure {
  name: string;
  /** What it means, for whoever does not know. */
  means: string;
  of: (state: DrillState) => string;
  /** Whether it is a figure that nobody wants to see. */
  bad?: (state: DrillState) => boolean;
  /** Whether it is what the drill was run for. */
  good?: (state: DrillState) => boolean;
}

const number = new Intl.NumberFormat("en");

const figures: Figure[] = [
  { name: "writes sent", means: "ended or under way", of: (state) => number.format(state.writesSent) },
  {
    name: "acknowledged",
    means: "clients were told that it is saved",
    of: ({ writes }) => number.format(writes.acknowledged),
  },
  {
    name: "failed requests",
    means: "no answer or a 5xx, writes and reads",
    of: ({ failed }) => number.format(failed.length),
    bad: ({ failed }) => failed.length > 0,
  },
  {
    name: "unknown",
    means: "writes that were given up",
    of: ({ writes }) => number.format(writes.unknown),
    bad: ({ writes }) => writes.unknown > 0,
  },
  {
    name: "lost",
    means: "acknowledged, and not in the database",
    of: ({ verdict }) => (verdict ? number.format(verdict.lost) : "?"),
    bad: ({ verdict }) => (verdict?.lost ?? 0) > 0,
    good: ({ verdict }) => verdict?.lost === 0,
  },
  {
    name: "done twice",
    means: "one write, there twice",
    of: ({ verdict }) => (verdict ? number.format(verdict.twice) : "?"),
    bad: ({ verdict }) => (verdict?.twice ?? 0) > 0,
    good: ({ verdict }) => verdict?.twice === 0,
  },
];

const shown = figures.map((figure) => {
  const value = element("dd", { class: "figure" });
  const explanation = element("dd", { class: "means" }, figure.means);
  const group = element("div", {}, element("dt", {}, figure.name), value, explanation);
  return { ...figure, value, explanation, group };
});
byId("ledger").append(...shown.map(({ group }) => group));

export function showLedger(state: DrillState): void {
  for (const { value, explanation, group, of, bad, good, means } of shown) {
    const text = of(state);
    const isOpen = text === "?";
    say(value, text);
    say(explanation, isOpen ? "compared at the end" : means);
    group.classList.toggle("bad", bad?.(state) ?? false);
    group.classList.toggle("good", good?.(state) ?? false);
    group.classList.toggle("open", isOpen);
  }
}
