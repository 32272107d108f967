import { readFileSync } from "node:fs";

/** @import { PassedOption } from "./declaration.ts" */

/**
 * As Pulumi's own help shows them, for each of its commands: tests/toolchain holds the list against it. `--help` and
 * `--stack` are ours.
 * @type {Record<string, string[]>}
 */
const shown = JSON.parse(readFileSync(new URL("pulumi-options.json", import.meta.url), "utf8"));

/**
 * Those that Pulumi takes and does not show: `up --plan` takes what `preview --save-plan` wrote, `--event-log` is for
 * PULUMI_DEBUG_COMMANDS.
 * @type {Record<string, string[]>}
 */
const hidden = JSON.parse(readFileSync(new URL("pulumi-hidden-options.json", import.meta.url), "utf8"));

/**
 * The options of a command of Pulumi's, as in "up".
 * @param {string} command
 * @returns {Record<string, PassedOption>}
 */
export function pulumiOptions(command) {
  const options = [...(shown[command] ?? []), ...(hidden[command] ?? [])].map((line) => {
    const [, short, name = "", value] = /^(?:-(\w), )?--([\w-]+)( VALUE)?$/.exec(line) ?? [];
    return [name, { type: value ? "string" : "boolean", ...(short && { short }) }];
  });
  return Object.fromEntries(options);
}
