import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { readLogRange } from "../../../cli/log-range.ts";
import { chooseParts, listParts, requireRunningPart } from "../../../running-stack/choose-parts.ts";
import { followLogs, type LogLine, readLogs } from "../../../running-stack/logs.ts";

/** As the engine sends it: the stream's number, the length, the text. */
function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const moment = (second: number) => `2026-01-31T12:00:0${second}.000000001Z`;

/** An engine with these parts: what each wrote, and what is asked of it. */
class FakeEngine {
  readonly events = new PassThrough();
  readonly asked: { container: string; since: unknown; tail: unknown }[] = [];
  readonly open = new Map<string, PassThrough>();
  private readonly written: Record<string, Buffer>;

  constructor(written: Record<string, Buffer>) {
    this.written = written;
  }

  get docker(): Docker {
    const listed = Object.keys(this.written).map((name) => {
      const [, role, node] = /^capstone-dev-(.*)-(\d)$/.exec(name) ?? [];
      const Labels = { "capstone.stack": "dev", "capstone.role": role, "capstone.node": node };
      return { Names: [`/${name}`], Labels, State: name.endsWith("2") ? "exited" : "running" };
    });
    return Object.assign(Object.create(Docker.prototype), {
      modem: new Docker().modem,
      listContainers: async () => listed,
      getEvents: async () => this.events,
      getContainer: (container: string) => ({
        logs: async ({ follow, since, tail }: { follow: boolean; since: unknown; tail: unknown }) => {
          this.asked.push({ container, since, tail });
          if (!follow) return this.written[container];
          const stream = new PassThrough();
          this.open.set(container, stream);
          return stream;
        },
      }),
    });
  }

  starts(container: string): void {
    const [, role, node] = /^capstone-dev-(.*)-(\d)$/.exec(container) ?? [];
    const Attributes = { name: container, "capstone.role": role, "capstone.node": node };
    this.events.write(`${JSON.stringify({ Action: "start", Actor: { Attributes } })}\n`);
  }
}

const engine = () =>
  new FakeEngine({
    "capstone-dev-app-1": Buffer.concat([
      frame(1, `${moment(1)} {"level":30}\n`),
      frame(2, `${moment(3)} a warning, with  spaces\n`),
    ]),
    "capstone-dev-database-1": frame(2, `${moment(2)} LOG:  ready\n`),
    "capstone-dev-database-2": Buffer.alloc(0),
  });

describe("the parts of a stack", () => {
  it("are chosen by name or by role, and all of them where none is named", async () => {
    const parts = await listParts(engine().docker, "dev");
    const names = (...given: string[]) => chooseParts(parts, given).map(({ name }) => name);
    expect(names()).toEqual(["app-1", "database-1", "database-2"]);
    expect(names("database")).toEqual(["database-1", "database-2"]);
    expect(names("database-2", "app")).toEqual(["app-1", "database-2"]);
    expect(() => names("databse-1")).toThrow(
      'There is no part "databse-1"; allowed are app-1, database-1, database-2, and app, database for all of a role.',
    );
  });

  it("take a shell one at a time, while they run", async () => {
    const parts = await listParts(engine().docker, "dev");
    expect(requireRunningPart(parts, "app-1", "dev").containerName).toBe("capstone-dev-app-1");
    expect(() => requireRunningPart(parts, "app", "dev")).toThrow(
      'There is no part "app"; allowed are app-1, database-1, database-2.',
    );
    expect(() => requireRunningPart(parts, undefined, "dev")).toThrow("No part is named; allowed are app-1,");
    expect(() => requireRunningPart(parts, "database-2", "dev")).toThrow(
      "database-2 does not run; `npm run up -- --stack dev` starts it.",
    );
  });

  it("are missed in a sentence where the stack is not there", async () => {
    await expect(listParts(new FakeEngine({}).docker, "dev")).rejects.toThrow(
      "The stack dev has no containers; `npm run up -- --stack dev` creates it.",
    );
  });
});

describe("the logs of a stack", () => {
  it("are read oldest first, both streams of every part", async () => {
    const fake = engine();
    const parts = await listParts(fake.docker, "dev");
    const range = { tail: 50, since: "2026-01-31T11:00:00.250Z" };
    expect(await readLogs(fake.docker, parts, range)).toEqual([
      { part: "app-1", at: moment(1), text: '{"level":30}' },
      { part: "database-1", at: moment(2), text: "LOG:  ready" },
      { part: "app-1", at: moment(3), text: "a warning, with  spaces" },
    ]);
    const since = `${Date.parse("2026-01-31T11:00:00Z") / 1000}.250000000`;
    expect(fake.asked[0]).toEqual({ container: "capstone-dev-app-1", since, tail: 50 });
  });

  it("are followed without a line lost or shown twice, also when a part is back or new", async () => {
    const fake = engine();
    const shown: LogLine[] = [];
    const range = { tail: undefined, since: undefined };
    const following = followLogs(fake.docker, { stack: "dev", names: [], range }, (line) => shown.push(line));
    const texts = () => shown.map(({ text }) => text);
    await expect.poll(() => fake.open.size).toBe(3);
    expect(texts()).toEqual(['{"level":30}', "LOG:  ready", "a warning, with  spaces"]);

    const app = "capstone-dev-app-1";
    const first = fake.open.get(app);
    first?.write(
      Buffer.concat([frame(2, `${moment(3)} a warning, with  spaces\n`), frame(1, `${moment(4)} on\n`)]),
    );
    await expect.poll(texts).toContain("on");
    // It is started again before the engine has ended what it sent of the first.
    fake.starts(app);
    fake.starts("capstone-dev-app-3");
    await expect.poll(() => fake.open.has("capstone-dev-app-3")).toBe(true);
    expect(fake.open.get(app)).toBe(first);
    first?.end();
    await expect.poll(() => fake.open.get(app) !== first).toBe(true);
    expect(fake.asked.at(-1)?.since).toBe(`${Date.parse("2026-01-31T12:00:04Z") / 1000}.000000001`);
    fake.open
      .get(app)
      ?.write(Buffer.concat([frame(1, `${moment(4)} on\n`), frame(1, `${moment(5)} back\n`)]));
    fake.open.get("capstone-dev-app-3")?.write(frame(1, `${moment(5)} new\n`));
    await expect.poll(() => texts().slice(3).sort()).toEqual(["back", "new", "on"]);
    fake.events.end();
    await following;
  });

  it("are followed from now on where nothing of the past was asked for, or a part wrote nothing so far", async () => {
    const before = Math.floor(Date.now() / 1000);
    const fake = engine();
    const range = { tail: 50, since: undefined };
    const following = followLogs(fake.docker, { stack: "dev", names: [], range }, () => {});
    await expect.poll(() => fake.open.size).toBe(3);
    const silent = fake.asked.findLast(({ container }) => container === "capstone-dev-database-2");
    expect(Number(silent?.since)).toBeGreaterThanOrEqual(before);
    fake.events.end();
    await following;
  });

  it("are followed of the named parts alone", async () => {
    const fake = engine();
    const range = { tail: undefined, since: undefined };
    const following = followLogs(fake.docker, { stack: "dev", names: ["database"], range }, () => {});
    await expect.poll(() => fake.open.size).toBe(2);
    fake.starts("capstone-dev-app-1");
    fake.starts("capstone-dev-database-3");
    await expect.poll(() => fake.open.has("capstone-dev-database-3")).toBe(true);
    expect(fake.open.has("capstone-dev-app-1")).toBe(false);
    fake.events.end();
    await following;
  });
});

describe("how much of the logs", () => {
  const now = new Date("2026-01-31T12:00:00Z");
  const range = (tail?: string, since?: string) => readLogRange({ tail, since }, now);

  it("is the last lines of each, or all since a time", () => {
    expect(range()).toEqual({ tail: 50, since: undefined });
    expect(range("7")).toEqual({ tail: 7, since: undefined });
    expect(range("all")).toEqual({ tail: undefined, since: undefined });
    expect(range(undefined, "10m")).toEqual({ tail: undefined, since: "2026-01-31T11:50:00.000Z" });
    expect(range("5", "2h").since).toBe("2026-01-31T10:00:00.000Z");
    expect(range(undefined, "2026-01-31T12:00:00+02:00").since).toBe("2026-01-31T10:00:00.000Z");
  });

  it.each([
    ["many", undefined, '--tail is "many"; allowed are a whole number and all.'],
    [undefined, "yesterday", '--since is "yesterday"; allowed are 90s, 10m, 2h, 1d or a time like'],
    [undefined, "10w", '--since is "10w"'],
    [undefined, "2026-13-31T12:00:00Z", '--since is "2026-13-31T12:00:00Z"'],
  ])("refuses %j and %j", (tail, since, sentence) => {
    expect(() => range(tail, since)).toThrow(sentence);
  });
});

it("a stream of the engine may end in the middle", async () => {
  const fake = engine();
  const cut = frame(1, `${moment(1)} whole\n`);
  const docker = Object.assign(fake.docker, {
    getContainer: () => ({ logs: async () => Buffer.concat([cut, cut.subarray(0, 12)]) }),
  });
  const parts = (await listParts(docker, "dev")).slice(0, 1);
  const lines = await readLogs(docker, parts, { tail: undefined, since: undefined });
  expect(lines.map(({ text }) => text)).toEqual(["whole"]);
});
