// Shows a drill as it goes, or one that was kept.
import type { DrillEvent } from "../events.ts";
import { headline } from "../headline.ts";
import { DrillState } from "../state.ts";
import { Chart } from "./chart.ts";
import { byId, say } from "./element.ts";
import { showLanes } from "./lanes.ts";
import { showLedger } from "./ledger.ts";
import { addMoment, forgetMoments } from "./moments.ts";
import { listen } from "./stream.ts";
import { timespan } from "./timespan.ts";
import { showTopology } from "./topology.ts";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** Pictures a second: a browser on the machine under test must not take much of it. */
const fast = 12;
const slow = 1;

const chart = new Chart(byId("chart"));
let state = new DrillState();
/** When the newest event came, on this page's own clock. */
let heardAtMs = 0;
let connected = false;

function take(events: DrillEvent[]): void {
  heardAtMs = performance.now();
  for (const event of events) {
    if (event.kind === "drill") begin();
    const moment = state.take(event);
    if (moment) addMoment(moment, state.faultAtMs ?? moment.atMs);
  }
}

function begin(): void {
  state = new DrillState();
  forgetMoments();
}

/** Between two messages time goes on: what waits, waits longer. */
function nowMs(): number {
  return state.nowMs + (connected && !state.ended ? Math.min(performance.now() - heardAtMs, 2_000) : 0);
}

function draw(): void {
  if (!state.name) return;
  const now = nowMs();
  const { text, mood } = headline(state, now);
  document.title = `${state.name} · Capstone`;
  say(byId("name"), state.name);
  say(byId("stack"), `stack ${state.stack}`);
  say(byId("headline"), text);
  say(byId("description"), state.description);
  byId("now").dataset.mood = mood;
  say(byId("clock"), clock(now));
  byId("clock").dataset.since =
    state.redundantAtMs === undefined ? "since the fault" : "until fully redundant";
  showReasons();
  showLedger(state);
  showTopology(state);
  const span = timespan(state, now);
  chart.show(state, now, span);
  showLanes(state, now, span);
}

function clock(now: number): string {
  const { faultAtMs, redundantAtMs } = state;
  if (faultAtMs === undefined) return "";
  return `${(((redundantAtMs ?? now) - faultAtMs) / 1_000).toFixed(1)} s`;
}

function showReasons(): void {
  const list = byId("reasons");
  const reasons = state.verdict?.reasons ?? [];
  list.hidden = reasons.length === 0;
  if (list.childElementCount === reasons.length) return;
  list.replaceChildren(
    ...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })),
  );
}

function animate(): void {
  draw();
  if (!state.ended) setTimeout(() => requestAnimationFrame(animate), 1_000 / (calm.matches ? slow : fast));
}

const recorded = JSON.parse(byId("recorded").textContent ?? "null") as DrillEvent[] | null;
if (recorded) {
  take(recorded);
  say(byId("connection"), "recorded");
  draw();
} else {
  listen({
    take: (events) => {
      const wasEnded = state.ended || !state.name;
      take(events);
      if (wasEnded || state.ended) animate();
    },
    say: (is) => {
      connected = is === "live";
      say(byId("connection"), is);
      byId("connection").dataset.is = is.split(" ")[0] ?? "";
    },
    ended: () => state.ended,
  });
}
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
