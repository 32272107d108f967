import { table } from "../../drills/report/table.ts";
import { type Action, actions, type Change } from "./changes.ts";
import type { PreviewSummary } from "./summary.ts";

/** How many characters a folded part may have. A comment on GitHub holds 65,536, and there are four such parts. */
const longest = 12_000;

/** The summary as Markdown that any CI shows: the counts first, what needs a decision next, details folded. */
export function renderSummary(summary: PreviewSummary): string {
  const sections = [
    heading(summary),
    errors(summary),
    dataLoss(summary),
    countTable(summary),
    interruptions(summary),
    migrations(summary),
    policy(summary),
    details(summary),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

function heading({ stack, status, changes, same, reasons }: PreviewSummary): string {
  const counts = actions.flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${action}`];
  });
  // A preview that fails stops somewhere, so that without changes its counts mean nothing.
  if (counts.length === 0 && status !== 0) return `### Preview of \`${stack}\`: failed`;
  const all = counts.length === 0 ? "nothing changes" : counts.join(", ");
  const verdict = reasons.length === 0 ? [] : ["", `**Refused: ${reasons.join("; ")}.**`];
  return [`### Preview of \`${stack}\`: ${all}, ${same} unchanged`, ...verdict].join("\n");
}

function errors({ status, errors: said }: PreviewSummary): string {
  if (status === 0 && said.length === 0) return "";
  if (said.length === 0) return `Pulumi ended with status ${status} and named no error; its output has more.`;
  return `The preview failed:\n\n${block(said.join("\n\n"))}`;
}

function dataLoss({ refused, accepted }: PreviewSummary): string {
  const line = (change: Change) => `- \`${change.resource}\` is ${change.action}${causes(change)}`;
  const parts: string[] = [];
  if (refused.length > 0) {
    const flags = refused.map(({ resource }) => `--allow-data-loss "${resource}"`).join(" ");
    parts.push(
      ["**What these hold would be lost:**", "", ...refused.map(line)].join("\n"),
      `Where that is meant: \`${flags}\``,
    );
  }
  if (accepted.length > 0)
    parts.push(["**Lost, and allowed by name:**", "", ...accepted.map(line)].join("\n"));
  return parts.join("\n\n");
}

function countTable({ changes }: PreviewSummary): string {
  if (changes.length === 0) return "";
  const parts = [...new Set(changes.map(({ part }) => part))];
  const count = (part: string, action: Action) =>
    changes.filter((change) => change.part === part && change.action === action).length || "";
  return table(
    ["part", ...actions],
    parts.map((part) => [part, ...actions.map((action) => String(count(part, action)))]),
  );
}

function interruptions({ changes, target, interruptions: noticed }: PreviewSummary): string {
  if (changes.length === 0) return "";
  if (target === "aws")
    return "**Interruption:** drills are recorded on Docker, so how long clients wait on AWS is not known; `npm run trial` measures it.";
  if (noticed.length === 0) return "**Interruption:** none, no part that serves is stopped.";
  return ["**Interruption**, by the recorded drills:", "", ...noticed.map(item)].join("\n");
}

function migrations({ migrations: pending, findings }: PreviewSummary): string {
  if (pending.length === 0) return "";
  const names = pending.map(({ name }) => `\`${name}\``).join(", ");
  const said =
    typeof findings === "string"
      ? [`squawk was not asked: ${findings}`]
      : findings.length === 0
        ? ["squawk has nothing to say."]
        : [
            "squawk says:",
            "",
            ...findings.map((found) => `- ${found.migration}: ${found.message} (${found.rule})`),
          ];
  const sql = pending.map((migration) => `-- ${migration.name}\n${migration.sql}`).join("\n\n");
  return [`**New migrations:** ${names}. ${said.join("\n")}`, folded("Their SQL", block(sql, "sql"))].join(
    "\n\n",
  );
}

function policy({ violations, packs }: PreviewSummary): string {
  const broken = [...(typeof violations === "string" ? [] : violations), ...packs];
  if (broken.length > 0) return ["**Policy rules that are broken:**", "", ...broken.map(item)].join("\n");
  return typeof violations === "string"
    ? `**Policy:** not checked: ${violations}`
    : "**Policy:** every rule of `infra/policy` holds.";
}

function details({ changes, warnings }: PreviewSummary): string {
  const lines = changes.map(
    (change) => `${change.part}: ${change.resource} ${change.action}${causes(change)}`,
  );
  return [
    ...(lines.length === 0 ? [] : [folded(`Every change (${lines.length})`, block(lines.join("\n")))]),
    ...(warnings.length === 0 ? [] : [folded(`Warnings (${warnings.length})`, block(warnings.join("\n\n")))]),
  ].join("\n\n");
}

function causes({ because }: Change): string {
  return because.length === 0 ? "" : ` (${because.join(", ")})`;
}

function item(text: string): string {
  return `- ${text}`;
}

function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** Text as it is: in a fence that is longer than any in it, cut where it is too long. */
function block(text: string, language = ""): string {
  const cut =
    text.length > longest ? `${text.slice(0, longest)}\n… cut here; the preview's own output has all.` : text;
  const fences = [...cut.matchAll(/`{3,}/g)].map(([fence]) => fence.length);
  const fence = "`".repeat(Math.max(2, ...fences) + 1);
  return `${fence}${language}\n${cut}\n${fence}`;
}
