import { versions } from "../../toolchain/versions.mjs";
import type { Finding } from "../finding.ts";

/**
 * The Node that npm runs on and the one that the commands run on: set-up gets that one from npm, before this check too, as
 * it runs on it.
 * @param userAgent npm's, as in "npm/10.8.2 node/v20.19.2 linux x64 workspaces/false"; undefined without npm
 */
export function checkNode(
  running: string,
  executable: string,
  userAgent: string | undefined,
  platform: string,
): Finding {
  const yours = /\bnode\/v(\S+)/.exec(userAgent ?? "")?.[1] ?? running;
  const name = "Node.js";
  if (yours === running) return { name, state: "ok", found: `${running}, which the commands run on` };
  const source =
    platform in versions.nodeIntegrity ? `npm's package node-${platform}` : "an installation of your own";
  return {
    name,
    state: "ok",
    found: `${yours}; the commands run on ${running} (${executable}), from ${source}`,
  };
}
