import { availableParallelism } from "node:os";
import { cacheDirectory } from "../../infra/directories.mjs";
import { engineEnvironment } from "../../infra/docker/engine/find-engine.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";
import { commands, findCommand } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { secondsHere } from "../doctor/durations.ts";
import { withLock } from "./lock.mjs";
import { imageRegistry, reachable } from "./network.ts";
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
import { searchSettings } from "./settings.ts";

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
  logs: [packages],
  sql: [packages],
  shell: [packages],
  open: [packages, pulumi],
  runbooks: [packages],
  "import-sqlite": [packages, pulumi],
  trial: [packages, pulumi],
  outputs: [packages, pulumi],
  backup: [packages, dockerEngine],
  "restore-verify": [packages, dockerEngine],
  down: [packages, pulumi, dockerEngine],
  // Of a service: the bases of its platform, and of whatever it is built on.
  doctor: [garageImage, dockerEngine, packages, debianImage, nodeImage],
};

/** The subcommands of `pulumi` that run the program or touch what it made. */
const deploying = /^(up|update|preview|destroy|refresh|import|watch|test)$/;
/** What makes them only say how they are used. */
const asking = /^(--help|-h|help)$/;

/** What a command needs. */
export function partsFor(command: string, args: string[]): Part[] {
  const deploys = args.some((arg) => deploying.test(arg)) && !args.some((arg) => asking.test(arg));
  if (command === "pulumi" && !deploys) return [packages, pulumi];
  if (/^(up|preview|down|pulumi)$/.test(command) && isOnAws(stackOf(command, args)))
    return [packages, pulumi];
  if (/^(backup|restore|restore-verify|rotate)$/.test(command) && isOnAws(stackOf(command, args)))
    return [packages];
  if (command === "drill" && args.includes("--write-docs")) return [packages];
  return needs[command] ?? everything;
}

/** As the command itself reads it; `pulumi` declares nothing, and takes what Pulumi takes. */
function stackOf(command: string, args: string[]): string {
  const declaration = command === "pulumi" ? undefined : findCommand(command)?.declaration;
  return (declaration ? readCommandLine(declaration, args) : readStackArguments(args)).stack;
}

function examinesService(args: string[]): boolean {
  return readCommandLine(commands.doctor, args).values.service !== undefined;
}

/** Commands that never ask the engine, on whichever target. */
const withoutEngine = ["lint", "resources", "checkov", "cloudformation-lint", "outputs", "open", "smoke"];

/** Whether a command, or what it starts, may ask the engine. One that hangs is waited for, so others do not look for it. */
export function mayAskEngine(command: string, args: string[]): boolean {
  if (command === "doctor") return examinesService(args);
  if (withoutEngine.includes(command)) return false;
  const parts = partsFor(command, args);
  // Pulumi, and what deploys or reads a stack on AWS.
  const only = ["pulumi", "up", "preview", "down", "backup", "restore", "restore-verify", "rotate"];
  return parts.includes(dockerEngine) || !only.includes(command);
}

function isOnAws(stack: string): boolean {
  return searchSettings(stack).target === "aws";
}

/** How long it takes to build these parts, in seconds; undefined where they can be downloaded, or are quick. */
async function expectedSeconds(parts: Part[]): Promise<number | undefined> {
  const minutes = parts.reduce((sum, part) => sum + (part.minutes ?? 0), 0);
  if (minutes < 1 || (await reachable(imageRegistry))) return undefined;
  return secondsHere(minutes, availableParallelism());
}

/** Provides everything that is missing at once; throws the first error. */
async function provide(missing: Part[], progress: Progress): Promise<void> {
  const names = missing.map(({ name }) => name);
  if (missing.length > 0) progress.begin(names, await expectedSeconds(missing));
  await provideAll(missing, progress).finally(() => progress.stop());
  if (missing.length > 0) progress.finish(names);
}

async function provideAll(missing: Part[], progress: Progress): Promise<void> {
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
  // `doctor` says what is there, and leaves it so.
  if (command === "doctor" && !examinesService(args)) return {};
  const parts = partsFor(command, args);
  // Set-up itself calls Docker's client: for the engine that is found here, too.
  if (parts.includes(dockerEngine)) Object.assign(process.env, await engineEnvironment());
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
  const engine = mayAskEngine(command, args) ? await engineEnvironment() : {};
  return { ...(await pulumiEnvironment()), ...engine };
}
