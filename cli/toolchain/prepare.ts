import { readFileSync } from "node:fs";
import path from "node:path";
import { cacheDirectory } from "../../infra/directories.mjs";
import { projectRoot } from "../../infra/project.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";
import { withLock } from "./lock.mjs";
import type { Part, Preparation } from "./part.ts";
import { debianImage, garageImage, nodeImage } from "./parts/base-images.ts";
import { chromium } from "./parts/chromium.ts";
import { dockerEngine, engineHasToBeInstalled } from "./parts/docker-engine.ts";
import { packages } from "./parts/packages.ts";
import { pulumi } from "./parts/pulumi.ts";
import { stackImages } from "./parts/stack-images.ts";
import { endChildrenWithUs } from "./processes.ts";
import { Progress } from "./progress.ts";
import { pulumiEnvironment } from "./pulumi-environment.ts";

// Longest first.
const everything = [garageImage, pulumi, dockerEngine, packages, debianImage, nodeImage, stackImages];

/** The needs of commands that need something else. */
const needs: Record<string, Part[]> = {
  test: [...everything, chromium],
  lint: [packages],
  resources: [packages],
  checkov: [packages],
  "cloudformation-lint": [packages],
  smoke: [packages, pulumi],
  status: [packages],
  runbooks: [packages],
  "import-sqlite": [packages, pulumi],
  trial: [packages, pulumi],
  outputs: [packages, pulumi],
  backup: [packages, dockerEngine],
  "restore-verify": [packages, dockerEngine],
  down: [packages, pulumi, dockerEngine],
};

/** The subcommands of `pulumi` that run the program or touch what it made. */
const deploying = /^(up|update|preview|destroy|refresh|import|watch|test)$/;

function partsFor(command: string, args: string[]): Part[] {
  if (command === "pulumi" && !args.some((arg) => deploying.test(arg))) return [packages, pulumi];
  if (/^(up|preview|down|pulumi)$/.test(command) && isOnAws(readStackArguments(args).stack))
    return [packages, pulumi];
  if (/^(backup|restore|restore-verify|rotate)$/.test(command) && isOnAws(readStackArguments(args).stack))
    return [packages];
  return needs[command] ?? everything;
}

/** By the stack's committed settings. They are searched, not parsed: no package is installed yet. */
function isOnAws(stack: string): boolean {
  try {
    return /^\s*capstone:target:\s*["']?aws\b/m.test(
      readFileSync(path.join(projectRoot, `Pulumi.${stack}.yaml`), "utf8"),
    );
  } catch {
    return false;
  }
}

/** Provides everything that is missing at once; throws the first error. */
async function provide(missing: Part[], progress: Progress): Promise<void> {
  const provided = new Map<Part, Promise<void>>();
  const preparation: Preparation = { progress, ready: (part) => provided.get(part) ?? Promise.resolve() };
  const started = Promise.withResolvers<void>();
  for (const part of missing) {
    const got = started.promise
      .then(() => part.provide(preparation))
      .then((how) => progress.end(part.name, how));
    provided.set(part, got);
  }
  started.resolve();
  await Promise.all(provided.values());
}

async function missingOf(parts: Part[]): Promise<Part[]> {
  const there = await Promise.all(parts.map((part) => part.isThere()));
  return parts.filter((_part, index) => !there[index]);
}

/**
 * Provides what a command needs, with progress on standard error.
 * @returns The environment for the command.
 * @throws PersonError when something is not available.
 */
export async function prepare(command: string, args: string[]): Promise<Record<string, string>> {
  const parts = partsFor(command, args);
  if ((await missingOf(parts)).length > 0) {
    // If one part fails, the others end with us.
    const release = endChildrenWithUs();
    const progress = new Progress();
    await withLock(
      cacheDirectory("lock"),
      (sentence) => progress.say(sentence),
      async () => {
        let missing = await missingOf(parts);
        // Only a running engine can list its images. Installing one takes long, so that runs beside the rest.
        if (missing.includes(dockerEngine) && !(await engineHasToBeInstalled())) {
          await provide([dockerEngine], progress);
          missing = await missingOf(parts);
        }
        await provide(missing, progress);
      },
    );
    release();
  }
  return pulumiEnvironment();
}
