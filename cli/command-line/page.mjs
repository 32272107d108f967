import { groups } from "./commands.mjs";
import { capital, optionRows, passedOnSentence, usageOf } from "./help.mjs";

/** @import { CommandDeclaration } from "./declaration.ts" */

/** docs/commands.md: what `help` shows, as a document. */
export function commandsPage() {
  const parts = groups.map(({ name, commands }) =>
    [`## To ${name}`, ...Object.entries(commands).map(section)].join("\n\n"),
  );
  return `${[introduction, ...parts].join("\n\n")}\n`;
}

const introduction = `# Commands

<!-- Written by \`npm run drill -- --write-docs\` from cli/command-line/declarations: never edit it. -->

\`npm run help\` lists them; \`npm run NAME -- --help\` shows one, at once and without any set-up. A command refuses an
option that it does not know, and says which was meant, before it does anything. What follows \`--\` is the command's, what
stands before is npm's.`;

/** @param {[string, CommandDeclaration]} command */
function section([name, declaration]) {
  const { does, more, operands, passesOn, examples } = declaration;
  const rows = operands ? [[operands.shown, operands.does]] : [];
  // Every command has --help.
  rows.push(...optionRows(declaration).slice(0, -1));
  const paragraphs = [
    `### \`${usageOf(name, declaration)}\``,
    `${capital(does)}.${more ? ` ${more}` : ""}`,
    ...(rows.length > 0 ? [rows.map(([shown, text]) => `- \`${shown}\`: ${text}`).join("\n")] : []),
    ...(passesOn?.options ? [passedOnSentence(passesOn.program)] : []),
    ["```sh", ...examples, "```"].join("\n"),
  ];
  return paragraphs.join("\n\n");
}
