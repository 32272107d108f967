import path from "node:path";
import type { Service } from "../../../infra/configuration/service.ts";
import { docker, type Ended, readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { fault, type Line, ok, seconds } from "../line.ts";

const name = "image";

/** It may fetch and compile much. */
const buildMs = 20 * 60_000;

/** What the image is called afterwards; it stays, so that the next build is quick. */
export function imageOf({ name }: Service): string {
  return `capstone/checklist-${name}`;
}

/** @param root Where the service's paths start. */
export async function checkImage(service: Service, root: string): Promise<Line> {
  const context = path.join(root, service.source.context);
  const dockerfile = path.join(context, service.source.dockerfile);
  const startedAtMs = Date.now();
  const built = await docker(
    ["build", "--force-rm", "--tag", imageOf(service), "--file", dockerfile, context],
    buildMs,
  );
  const size = built.exitCode === 0 ? await sizeOf(imageOf(service)) : 0;
  return evaluateImage(built, size, Date.now() - startedAtMs);
}

export function evaluateImage(built: Ended, bytes: number, tookMs: number): Line {
  if (built.exitCode === null) return fault(name, `it was not built within ${seconds(buildMs)}`);
  if (built.exitCode !== 0) return fault(name, `it does not build: ${reasonOf(built)}`);
  return ok(name, `built in ${seconds(tookMs)}, ${Math.round(bytes / 1e6)} MB`);
}

/** The older builder says on standard output what a step wrote, and on the other one which step it was. */
function reasonOf({ standardOutput, standardError }: Ended): string {
  return [standardOutput, standardError]
    .flatMap((text) => text.trim().split("\n").slice(-2))
    .join(" / ")
    .trim();
}

async function sizeOf(image: string): Promise<number> {
  return Number(await readDocker(["image", "inspect", "--format", "{{.Size}}", image]));
}
