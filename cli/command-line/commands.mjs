import { deploy } from "./declarations/deploy.mjs";
import { develop } from "./declarations/develop.mjs";
import { look } from "./declarations/look.mjs";
import { operate } from "./declarations/operate.mjs";
import { prove } from "./declarations/prove.mjs";

/** @import { CommandDeclaration, CommandGroup } from "./declaration.ts" */

/** Every command, by its script in package.json. */
export const commands = { ...deploy, ...look, ...prove, ...operate, ...develop };

/**
 * The same, as an operator would look for them.
 * @type {CommandGroup[]}
 */
export const groups = [
  { name: "deploy", commands: deploy },
  { name: "look", commands: look },
  { name: "prove", commands: prove },
  { name: "operate", commands: operate },
  { name: "develop", commands: develop },
];

/**
 * A command by the name of its script or of its file.
 * @param {string} name
 * @returns {{ name: string, declaration: CommandDeclaration } | undefined}
 */
export function findCommand(name) {
  const found = Object.entries(commands).find(([script]) => script === name || fileOf(script) === name);
  return found && { name: found[0], declaration: found[1] };
}

/**
 * The name of a script's file in cli/commands: a colon is none that a file has everywhere.
 * @param {string} script
 */
export function fileOf(script) {
  return script.replace(":", "-");
}
