import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PersonError } from "../../infra/person-error.mjs";
import { commands, fileOf, findCommand } from "./commands.mjs";
import { helpOf, overview } from "./help.mjs";
import { nearest } from "./nearest.mjs";
import { commandsPage } from "./page.mjs";
import { asksForHelp, readCommandLine } from "./read.mjs";

const documentFile = fileURLToPath(new URL("../../docs/commands.md", import.meta.url));

/**
 * What can be said of a command line before anything is set up: its help, or that it is wrong.
 * @param {string} name
 * @param {string[]} args
 * @returns {{ help: string } | { file: string }} what was asked for, or the command's file in cli/commands
 * @throws PersonError where there is no such command, or it does not take these arguments.
 */
export function answerBeforeSetUp(name, args) {
  const { name: script, declaration } = requireCommand(name);
  if (asksForHelp(declaration, args)) return { help: helpOf(script, declaration) };
  const { rest } = readCommandLine(declaration, args);
  if (script === "help") return { help: answerHelp(args, rest) };
  return { file: fileOf(script) };
}

/**
 * @param {string[]} args
 * @param {string[]} names
 */
function answerHelp(args, names) {
  const { values } = readCommandLine(commands.help, args);
  if (values["write-docs"]) {
    writeFileSync(documentFile, commandsPage());
    return "docs/commands.md is written.";
  }
  if (names.length === 0) return overview();
  return names
    .map((name) => {
      const found = requireCommand(name);
      return helpOf(found.name, found.declaration);
    })
    .join("\n\n");
}

/** @param {string} name */
function requireCommand(name) {
  const found = findCommand(name);
  if (found) return found;
  const names = Object.keys(commands);
  const meant = nearest(name, names);
  const others = meant
    ? `did you mean ${meant}? \`npm run help\` lists all`
    : `there are ${names.join(", ")}`;
  throw new PersonError(`There is no command "${name}"; ${others}.`);
}
