import type { Evaluation } from "./evaluate.ts";
import { size } from "./evaluate-machine.ts";
import { blocks } from "./evaluate-soundness.ts";
import { livePrimaries, takeoverObstacles } from "./evaluate-takeover.ts";
import type { BackupObservation, StackObservation, WatcherObservation } from "./observation.ts";
import { spaceLines } from "./print-space.ts";

const labelWidth = 18;
const remadeIsNewsMs = 6 * 3_600_000;

/** The status as one screen of text. */
export function print(observation: StackObservation, evaluation: Evaluation): string {
  const { state, failures, missing } = evaluation;
  const at = new Date(observation.atMs).toISOString().slice(0, 19).replace("T", " ");
  const lines = [
    `stack ${observation.stack}: ${state.toUpperCase()}, ${summary(evaluation)}  (${at} UTC)`,
    "",
    line("machine", machine(observation)),
    ...space(observation),
    line(
      "clients",
      observation.traffic.answers ? `get answers at ${observation.traffic.url}` : "get NO answer",
    ),
    line("application", counted(observation, "app-once", "nodes serve requests")),
    line("proxies", `${running(observation, "proxy")} run`),
    ...databaseLines(observation),
    line("takeover", takeover(observation)),
    ...remadeLines(observation),
    line("last failover", lastFailover(observation)),
    line(
      "consensus",
      `${observation.consensus.length} of ${total(observation, "consensus")} members in the quorum`,
    ),
    line(
      "object store",
      observation.objectStore
        ? `${observation.objectStore.status}, ${observation.objectStore.nodesUp ?? "?"} of ${observation.objectStore.nodes} nodes`
        : "does not answer",
    ),
    ...backupLines(observation),
    ...alertLines(observation),
    "",
    line("can be lost now", list(evaluation, true) || "nothing"),
  ];
  const cannot = list(evaluation, false);
  if (cannot) lines.push(line("must not be lost", cannot));
  for (const failure of failures) lines.push(line("FAILED", failure));
  for (const sentence of missing) lines.push(line("missing", sentence));
  return lines.join("\n");
}

function summary({ state, canLose }: Evaluation): string {
  if (state === "failed") return "clients are not served properly";
  return Object.values(canLose).every(Boolean)
    ? "any one part could be lost now"
    : "NOT every part could be lost now";
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(labelWidth)}${text}`;
}

function list({ canLose }: Evaluation, which: boolean): string {
  const kinds = Object.entries(canLose).filter(([, can]) => can === which);
  return kinds.map(([kind]) => `${which ? "any" : "a"} ${kind}`.replace(/^a (?=[aeiou])/, "an ")).join(", ");
}

function counted({ traffic }: StackObservation, wanted: string, what: string): string {
  const servers = traffic.servers?.filter(({ backend }) => backend === wanted);
  if (!servers) return "unknown: no proxy answers";
  const names = servers.filter(({ up }) => up).map(({ server }) => server);
  return `${names.length} of ${servers.length} ${what}${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}

function total({ parts }: StackObservation, ...roles: string[]): number {
  return parts.filter(({ role }) => roles.includes(role)).length;
}

function running(observation: StackObservation, ...roles: string[]): string {
  const up = observation.parts.filter(
    ({ role, state }) => roles.includes(role) && state === "running",
  ).length;
  return `${up} of ${total(observation, ...roles)}`;
}

function databaseLines({ database: { members }, atMs }: StackObservation): string[] {
  if (members.length === 0) return [line("database", "no node runs")];
  return members
    .toSorted((a, b) => Number(b.role === "primary") - Number(a.role === "primary"))
    .map(({ name, role, state, timeline, lagBytes, watcher }) => {
      const facts = [`${name} is ${role}`, state, timeline === undefined ? "" : `timeline ${timeline}`];
      if (role !== "primary")
        facts.push(lagBytes === undefined ? "lag unknown" : `${kilobytes(lagBytes)} behind`);
      facts.push(pages(watcher, atMs));
      return line("database", facts.filter(Boolean).join(", "));
    });
}

function pages(watcher: WatcherObservation | undefined, atMs: number): string {
  if (!watcher) return "pages not asked about";
  const { damagedBlocks, pagesCheckedAt } = watcher;
  if (damagedBlocks > 0) return blocks(damagedBlocks).toUpperCase();
  return pagesCheckedAt === undefined
    ? "pages not all checked yet"
    : `pages sound ${ago(atMs - pagesCheckedAt * 1_000)}`;
}

/** What was broken in the last hours and is whole again: somebody may want to know why. */
function remadeLines({ database, atMs }: StackObservation): string[] {
  return database.members.flatMap(({ name, watcher }) => {
    const sinceMs = atMs - (watcher?.remadeAt ?? 0) * 1_000;
    if (sinceMs > remadeIsNewsMs) return [];
    return [
      line("the last hours", `${name} was made anew from the primary ${ago(sinceMs)}; its log says why`),
    ];
  });
}

function takeover(observation: StackObservation): string {
  const { recorded } = observation.database;
  if (livePrimaries(observation).length !== 1) return "nobody to take over from";
  const [obstacle] = takeoverObstacles(observation);
  return obstacle ?? `${recorded?.synchronousStandbys.join(" or ")} would take over from ${recorded?.leader}`;
}

function machine({ machine: { diskFreeBytes, memoryAvailableBytes } }: StackObservation): string {
  const facts = [
    diskFreeBytes === undefined ? "its disk cannot be seen from here" : `${size(diskFreeBytes)} of disk left`,
    memoryAvailableBytes === undefined ? "" : `${size(memoryAvailableBytes)} of memory left`,
  ];
  return facts.filter(Boolean).join(", ");
}

function space({ space: found }: StackObservation): string[] {
  if (!found) return [];
  const { taken, mayGo } = spaceLines(found);
  return [...taken.map((text) => line("takes the disk", text)), ...mayGo.map((text) => line("may go", text))];
}

function lastFailover({ database, atMs }: StackObservation): string {
  const { lastFailover: last } = database;
  if (!last) return database.members.length === 0 ? "not known" : "none yet";
  return `${ago(atMs - Date.parse(last.at))}: ${last.newPrimary} became primary, timeline ${last.timeline}`;
}

function backupLines({ backup, parts, atMs }: StackObservation): string[] {
  if (!parts.some(({ role }) => role === "backup"))
    return [line("last backup", "none: this stack has no backup container")];
  if (!backup) return [line("last backup", "the backup container does not answer")];
  return [line("last backup", backups(backup, atMs)), line("last restore", restores(backup, atMs))];
}

function backups({ fullAt, incrementalAt, uploadsAt }: BackupObservation, atMs: number): string {
  const kinds = { full: fullAt, incremental: incrementalAt, uploads: uploadsAt };
  const said = Object.entries(kinds).map(
    ([kind, at]) => `${kind} ${at === undefined ? "never" : ago(atMs - at * 1_000)}`,
  );
  return said.join(", ");
}

function restores({ restoreVerifiedAt, restoreOk }: BackupObservation, atMs: number): string {
  const when =
    restoreVerifiedAt === undefined ? "never verified" : `verified ${ago(atMs - restoreVerifiedAt * 1_000)}`;
  return restoreOk === false ? `${when}; THE LAST VERIFICATION FAILED` : when;
}

function alertLines({ alerts, parts, atMs }: StackObservation): string[] {
  if (!parts.some(({ role }) => role === "alerts"))
    return [line("alerts", "none: this stack has no monitoring")];
  if (!alerts) return [line("alerts", "Alertmanager does not answer")];
  if (alerts.length === 0) return [line("alerts", "none")];
  return alerts.map(({ name, severity, summary, runbook, since, aboutThePast }) =>
    line(
      aboutThePast ? "the last hours" : "alert",
      `${severity} ${name}, since ${ago(atMs - Date.parse(since)).replace(" ago", "")}: ${summary} (${runbook})`,
    ),
  );
}

function kilobytes(bytes: number): string {
  return bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1_000)} kB`;
}

/** As in `3 min ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
