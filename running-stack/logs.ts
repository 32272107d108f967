import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import type Docker from "dockerode";
import { chooseParts, isNamed, type ListedPart, listParts, partLabelsOf, partOf } from "./choose-parts.ts";
import { isRefusal } from "./engine.ts";

export interface LogLine {
  /** As in `app-1`. */
  part: string;
  /** When the engine received it: RFC 3339 with nanoseconds, always in UTC, so that they sort as text. */
  at: string;
  text: string;
}

/** What to read of each part's log. */
export interface LogRange {
  /** The number of lines from its end; undefined for all. */
  tail: number | undefined;
  /** Only what came after this. */
  since: string | undefined;
}

/** What these parts wrote, oldest first. */
export async function readLogs(engine: Docker, parts: ListedPart[], range: LogRange): Promise<LogLine[]> {
  const read = parts.map(async ({ name, containerName }) => {
    const printed = await engine.getContainer(containerName).logs({ ...query(range), follow: false });
    const lines: LogLine[] = [];
    for await (const line of linesOf(engine, Readable.from([printed]), name)) lines.push(line);
    return lines;
  });
  return (await Promise.all(read)).flat().toSorted((a, b) => Number(a.at > b.at) - Number(a.at < b.at));
}

/**
 * Prints what the parts of these names wrote, and then what they write. A part that ends is followed again when it is
 * back, also one that was made anew.
 * @returns when the engine ends the connection.
 */
export async function followLogs(
  engine: Docker,
  { stack, names, range }: { stack: string; names: string[]; range: LogRange },
  print: (line: LogLine) => void,
): Promise<void> {
  // Asked for first, so that no start is missed.
  const starts = await startsOf(engine, stack);
  // What a part without a line so far writes from here on: without a time it would be all that it ever wrote.
  const now = new Date().toISOString();
  const newest = new Map<string, string>();
  const show = (line: LogLine) => {
    // The engine sends the last line again that was there before.
    if (line.at <= (newest.get(line.part) ?? "")) return;
    newest.set(line.part, line.at);
    print(line);
  };
  const follow = async ({ name, containerName }: Pick<ListedPart, "name" | "containerName">) => {
    const since = newest.get(name) ?? range.since ?? now;
    const options = { ...query({ tail: undefined, since }), follow: true as const };
    const stream = await engine.getContainer(containerName).logs(options);
    for await (const line of linesOf(engine, stream as Readable, name)) show(line);
  };

  const followed = new Map<string, Promise<void>>();
  const followAfterLast = (part: Pick<ListedPart, "name" | "containerName">) => {
    const last = followed.get(part.name) ?? Promise.resolve();
    const next = last.then(() => follow(part)).catch(ignoreGone);
    followed.set(part.name, next);
    next.catch((error: Error) => starts.destroy(error));
  };

  const parts = chooseParts(await listParts(engine, stack), names);
  for (const line of await readLogs(engine, parts, range)) show(line);
  for (const part of parts) followAfterLast(part);
  for await (const text of createInterface({ input: starts })) {
    const { Attributes } = JSON.parse(text).Actor as { Attributes: Record<string, string> };
    const part = { ...partOf(Attributes), containerName: Attributes.name ?? "" };
    if (names.length === 0 || isNamed(part, names)) followAfterLast(part);
  }
}

/** The engine's reports of the stack's parts that start, a JSON document a line. */
async function startsOf(engine: Docker, stack: string): Promise<Readable> {
  const label = partLabelsOf(stack);
  const filters = JSON.stringify({ type: ["container"], event: ["start"], label });
  return (await engine.getEvents({ filters })) as Readable;
}

function query({ tail, since }: LogRange) {
  return {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(tail !== undefined && { tail }),
    ...(since !== undefined && { since: unixTime(since) }),
  };
}

/** As the engine takes it: seconds since 1970, with nanoseconds. */
function unixTime(at: string): string {
  const [, fraction = "0"] = /\.(\d+)Z$/.exec(at) ?? [];
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction.padEnd(9, "0")}`;
}

async function* linesOf(engine: Docker, stream: Readable, part: string): AsyncGenerator<LogLine> {
  const printed = new PassThrough();
  engine.modem.demuxStream(stream, printed, printed);
  const ended = () => printed.end();
  stream.on("end", ended).on("close", ended).on("error", ended);
  for await (const line of createInterface({ input: printed })) {
    const [, at = "", text = ""] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
    yield { part, at, text };
  }
}

/** A container may be gone, or be about to go, before it is asked. */
function ignoreGone(error: unknown): void {
  if (!isRefusal(error, 404, 409)) throw error;
}
