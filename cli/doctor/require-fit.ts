import { readEngineInfo } from "../../infra/docker/engine/engine-facts.ts";
import { findEngine } from "../../infra/docker/engine/find-engine.ts";
import { PersonError } from "../../infra/errors.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { searchSettings } from "../toolchain/settings.ts";
import { examineResources } from "./engine-resources.ts";

/** The stack that a command brings up on Docker, if it does. */
function stackToBringUp(command: string, args: string[]): string | undefined {
  if (command === "test") return "test";
  if (command !== "up") return undefined;
  const { stack } = readCommandLine(commands.up, args);
  return searchSettings(stack).target === "aws" ? undefined : stack;
}

/**
 * Before anything is downloaded or built for a stack on Docker: refuses where it is certain to fail, warns where it may. A
 * stack that is there already is neither refused nor warned of: it may be brought back on a full disk, too.
 * @throws PersonError that names what there is and what is needed.
 */
export async function requireFit(command: string, args: string[]): Promise<void> {
  const stack = stackToBringUp(command, args);
  if (stack === undefined) return;
  const engine = await findEngine();
  const info = engine && (await readEngineInfo(engine.socketPath));
  const found = engine && info ? { engine, info } : undefined;
  const { memory, disk, hasStack } = await examineResources(stack, searchSettings(stack), found);
  if (hasStack) return;
  for (const { name, state, found: said, advice, stops } of [memory, disk]) {
    const sentence = `Too little ${name} for the stack ${stack}: ${said}. ${advice}`;
    if (stops) throw new PersonError(sentence);
    if (state === "warning") console.error(`set-up: ${sentence}`);
  }
}
