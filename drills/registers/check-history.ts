import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, dataDirectory, keep } from "../../infra/directories.mjs";
import { PersonError } from "../../infra/errors.ts";
import type { History } from "./history.ts";

const execute = promisify(execFile);
const source = join(import.meta.dirname, "checker");

export interface Verdict {
  operations: number;
  /** Of which nobody knows whether they happened. */
  unknown: number;
  registers: number;
  verdict: "linearizable" | "not linearizable" | "undecided";
  /** The registers whose history no order of the operations explains. */
  wrong: string[];
  /** Where the history is, and beside it a picture of what is wrong. */
  file: string;
}

/** Why the checker cannot be had here; undefined where it can. */
export async function whyNoChecker(): Promise<string | undefined> {
  return execute("go", ["version"]).then(
    () => undefined,
    () => "The checker of histories is built with Go 1.21 or newer (https://go.dev/dl), which is not here.",
  );
}

/**
 * Holds a history against linearizability with porcupine.
 * @param name Of the file that the history is kept in.
 * @throws PersonError where the checker cannot be built.
 */
export async function checkHistory(history: History, name: string): Promise<Verdict> {
  const folder = dataDirectory("drills", "histories");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, history.toString());
  const checking = execute(await buildChecker(), [join(folder, `${name}.html`)], { maxBuffer: 64 << 20 });
  checking.child.stdin?.end(history.toString());
  const { stdout } = await checking;
  return { ...(JSON.parse(stdout) as Omit<Verdict, "file">), file };
}

/** Built once for each version of its source. */
async function buildChecker(): Promise<string> {
  const missing = await whyNoChecker();
  if (missing) throw new PersonError(missing);
  const digest = createHash("sha256");
  for (const name of readdirSync(source).toSorted()) digest.update(readFileSync(join(source, name)));
  const folder = cacheDirectory("checker", digest.digest("hex").slice(0, 12));
  await keep(folder, async (unfinished) => {
    // The flags of the toolchain's own build of Go modules, so that both share what is compiled.
    const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=all=-l -dwarf=false"];
    await execute("go", ["build", ...flags, "-o", join(unfinished, "checker"), "."], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
    }).catch((error: { stderr?: string; message: string }) => {
      const said = (error.stderr || error.message).trim().split("\n").at(-1);
      throw new PersonError(`Building the checker of histories failed: ${said}`);
    });
  });
  return join(folder, "checker");
}
