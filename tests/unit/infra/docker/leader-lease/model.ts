import type { Step } from "./explore.ts";

/**
 * Two database nodes under Patroni in synchronous mode, and etcd, as infra/docker/images/database/patroni_lead.py describes
 * them. Nothing in it has a clock: every step may come at any time or never, so a node that does not take its steps is one
 * that is paused, cut off, slow, or in failsafe mode. A lease may end and the leader key be deleted at any moment, whatever
 * its holder believes.
 */

/** On what the argument rests. Dropping any of them has to lose a write. */
export const conditions = {
  /** Patroni: a standby takes the lead only when /sync names it. */
  standbyIsNamed: true,
  /** Ours: the vacant lead is taken only with /sync as it was when the node found itself fit; Patroni compares nothing. */
  leadComparesSync: true,
  /** Patroni: to be promoted, it replaces /sync, and only the version that it looked at. */
  promotionReplacesSync: true,
  /** Patroni: the primary takes its standby out of /sync first, and only then commits without it. */
  leavesSyncFirst: true,
  /** Patroni: it changes only the version of /sync that it knows. */
  primaryComparesSync: true,
  /** Patroni: it enters a standby in /sync only when that has everything and every commit waits for it. */
  entersSyncLast: true,
  /** Ours: /sync is written only by who holds the leader key at that moment; Patroni compares the version only. */
  syncWriterLeads: true,
  /** Ours: a node that still runs as primary takes a vacant lead only when /sync names it; Patroni asks its timeline only. */
  formerPrimaryIsNamed: true,
};
export type Conditions = typeof conditions;

type Name = "a" | "b";

/** What a node knows of etcd, from when it last looked. `current`: /sync is still the version that it saw. */
interface View {
  leader: Name | null;
  syncLeader: Name;
  syncStandby: Name | null;
  current: boolean;
}

interface Node {
  primary: boolean;
  /** The writes it has, in their order, each a letter. */
  log: string;
  /** Whether a commit waits for nobody: synchronous_standby_names is empty. */
  alone: boolean;
  /** How much of its log its standby told it to have. */
  confirmed: number;
  /** What its standby has said, which may reach it at any time. */
  reported: number;
  at: "idle" | "leaving" | "entering" | "racing" | "holding";
  view: View;
}

export interface State {
  a: Node;
  b: Node;
  connected: boolean;
  leader: Name | null;
  syncLeader: Name;
  syncStandby: Name | null;
  /** Writes begun, and those that were acknowledged. */
  begun: number;
  acknowledged: string;
  /** Who was promoted last: the log that counts. */
  newest: Name;
  promotions: number;
  /** Leases that ended. */
  vacancies: number;
}

/** How much may happen in one history. */
export const bounds = { writes: 2, promotions: 2, vacancies: 3 };

export function start(): State {
  const view: View = { leader: "a", syncLeader: "a", syncStandby: "b", current: true };
  const node = { log: "", alone: false, confirmed: 0, reported: 0, at: "idle" as const };
  return {
    a: { ...node, primary: true, view },
    b: { ...node, primary: false, view: { ...view } },
    connected: true,
    leader: "a",
    syncLeader: "a",
    syncStandby: "b",
    begun: 0,
    acknowledged: "",
    newest: "a",
    promotions: 0,
    vacancies: 0,
  };
}

export function wrong(state: State): string | undefined {
  const lost = [...state.acknowledged].filter((write) => !state[state.newest].log.includes(write));
  if (lost.length > 0) return `acknowledged and lost: ${lost.join("")}`;
  if (state.a.primary && state.b.primary && state.a.alone && state.b.alone)
    return "two primaries acknowledge";
  return undefined;
}

/** @param given The conditions that hold. */
export function stepsOf(given: Conditions): (state: State) => Step<State>[] {
  return (state) => {
    const steps: Step<State>[] = [];
    const may = (action: string, when: boolean, change: (after: State) => void) => {
      if (!when) return;
      const after = structuredCloneOf(state);
      change(after);
      steps.push({ action, after });
    };
    clientsAndNetwork(state, may);
    for (const name of ["a", "b"] as const) {
      primaryOf(name, state, given, may);
      standbyOf(name, state, given, may);
    }
    return steps;
  };
}

type May = (action: string, when: boolean, change: (after: State) => void) => void;

function clientsAndNetwork(state: State, may: May): void {
  may("the network between the nodes changes", true, (after) => {
    after.connected = !after.connected;
  });
  may("the lease ends", state.leader !== null && state.vacancies < bounds.vacancies, vacate);
  for (const name of ["a", "b"] as const) {
    const node = state[name];
    const standby = other(name);
    may(`${name} begins a write`, node.primary && state.begun < bounds.writes, (after) => {
      after[name].log += "xyz"[after.begun++];
    });
    const streams = state.connected && node.primary && !state[standby].primary;
    const received = state[standby].log.length;
    const follows = streams && node.log.startsWith(state[standby].log);
    may(`${standby} receives a write`, follows && received < node.log.length, (after) => {
      after[standby].log = node.log.slice(0, received + 1);
      after[name].reported = Math.max(after[name].reported, received + 1);
    });
    may(`${name} hears what ${standby} has`, node.primary && node.reported > node.confirmed, (after) => {
      after[name].confirmed = node.reported;
    });
    const ready = node.alone ? node.log : node.log.slice(0, node.confirmed);
    const write = [...ready].find((one) => !state.acknowledged.includes(one));
    may(`${name} acknowledges ${write}`, node.primary && write !== undefined, (after) => {
      after.acknowledged = [...after.acknowledged, write].sort().join("");
    });
  }
}

function primaryOf(name: Name, state: State, given: Conditions, may: May): void {
  const node = state[name];
  const standby = other(name);
  const { view } = node;
  if (!node.primary) return;
  const leads = view.leader === name;
  const holdsKey = state.leader === name || !given.syncWriterLeads;
  const unchanged = holdsKey && (view.current || !given.primaryComparesSync);
  may(`${name} looks`, node.at === "idle" && outdated(view, state), (after) => look(after, name));
  const absent = !state.connected || state[standby].primary;
  const leaves = node.at === "idle" && leads && view.syncStandby === standby && absent;
  may(`${name} takes ${standby} out of /sync`, leaves && unchanged, (after) => {
    writeSync(after, name, name, null);
    after[name].at = given.leavesSyncFirst ? "leaving" : "idle";
  });
  may(`${name} commits alone`, leaves && !given.leavesSyncFirst, (after) => {
    after[name].alone = true;
  });
  may(`${name} commits alone`, node.at === "leaving", (after) => {
    after[name].alone = true;
    after[name].at = "idle";
  });
  const enters = leads && view.syncLeader === name && view.syncStandby === null && !absent;
  may(`${name} waits for ${standby}`, node.at === "idle" && enters && node.alone, (after) => {
    after[name].alone = false;
    after[name].at = "entering";
  });
  const whole = !given.entersSyncLast || node.confirmed === node.log.length;
  may(`${name} enters ${standby} in /sync`, node.at === "entering" && unchanged && whole, (after) => {
    writeSync(after, name, name, standby);
    after[name].at = "idle";
  });
  may(`${name} gives up waiting`, node.at === "entering", (after) => {
    after[name].alone = true;
    after[name].at = "idle";
  });
  const named = !given.formerPrimaryIsNamed || view.syncLeader === name || view.syncStandby === name;
  const again = view.leader === null && named && (view.current || !given.leadComparesSync);
  may(`${name} takes the vacant lead again`, again && state.leader === null, (after) => {
    after.leader = name;
    look(after, name);
  });
  const succeeded = view.leader === standby;
  may(
    `${name} stops and follows ${standby}`,
    succeeded && state[standby].primary && state.connected,
    (after) => {
      const { log } = after[standby];
      Object.assign(after[name], {
        primary: false,
        log,
        alone: false,
        confirmed: 0,
        reported: 0,
        at: "idle",
      });
      Object.assign(after[standby], { confirmed: 0, reported: log.length });
    },
  );
}

function standbyOf(name: Name, state: State, given: Conditions, may: May): void {
  const node = state[name];
  const { view } = node;
  if (node.primary) return;
  may(`${name} looks`, node.at === "idle" && outdated(view, state), (after) => look(after, name));
  const named = view.syncStandby === name || view.syncLeader === name;
  const races = view.leader === null && (named || !given.standbyIsNamed);
  may(`${name} finds itself fit to lead`, node.at === "idle" && races, (after) => {
    after[name].at = "racing";
  });
  const takes = state.leader === null && (view.current || !given.leadComparesSync);
  may(`${name} takes the lead`, node.at === "racing" && takes, (after) => {
    after.leader = name;
    look(after, name);
    after[name].at = "holding";
  });
  may(`${name} does not get the lead`, node.at === "racing" && !takes, (after) => {
    after[name].at = "idle";
  });
  const holds = node.at === "holding";
  may(`${name} finds /sync changed`, holds && !view.current, (after) => {
    look(after, name);
  });
  may(`${name} finds that it lost the lead`, holds && state.leader !== name, (after) => {
    after[name].at = "idle";
    look(after, name);
  });
  const holdsKey = state.leader === name || !given.syncWriterLeads;
  const replaces = holdsKey && (view.current || !given.promotionReplacesSync);
  may(`${name} is promoted`, holds && replaces && state.promotions < bounds.promotions, (after) => {
    writeSync(after, name, name, null);
    Object.assign(after[name], { primary: true, alone: true, confirmed: 0, reported: 0, at: "idle" });
    after.newest = name;
    after.promotions++;
  });
}

function other(name: Name): Name {
  return name === "a" ? "b" : "a";
}

function outdated(view: View, state: State): boolean {
  return !view.current || view.leader !== state.leader;
}

function look(after: State, name: Name): void {
  const { leader, syncLeader, syncStandby } = after;
  after[name].view = { leader, syncLeader, syncStandby, current: true };
}

function vacate(after: State): void {
  after.leader = null;
  after.vacancies++;
}

/** Everybody else's version of /sync is an old one from then on. */
function writeSync(after: State, by: Name, leader: Name, standby: Name | null): void {
  after.syncLeader = leader;
  after.syncStandby = standby;
  for (const name of ["a", "b"] as const) after[name].view.current = false;
  Object.assign(after[by].view, { syncLeader: leader, syncStandby: standby, current: true });
}

function structuredCloneOf(state: State): State {
  const node = (one: Node): Node => ({ ...one, view: { ...one.view } });
  return { ...state, a: node(state.a), b: node(state.b) };
}
