import { readFileSync } from "node:fs";

/** @import { PassedOption } from "./declaration.ts" */

/**
 * As Pulumi's own help shows them, for each of its commands: tests/toolchain holds the list against it. `--help` and
 * `--stack` are ours.
 * @type {Record<string, string[]>}
 */
const shown = JSON.parse(readFileSync(new URL("pulumi-options.json", import.meta.url), "utf8"));

/**
 * The options of a command of Pulumi's, as in "up".
 * @param {string} command
 * @returns {Record<string, PassedOption>}
 */
export function pulumiOptions(command) {
  const options = (shown[command] ?? []).map((line) => {
    const [, short, name = "", value] = /^(?:-(\w), )?--([\w-]+)( VALUE)?$/.exec(line) ?? [];
    return [name, { type: value ? "string" : "boolean", ...(short && { short }) }];
  });
  return Object.fromEntries(options);
}
