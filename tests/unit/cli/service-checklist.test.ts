import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Asked, ask, begin } from "../../../cli/service-checklist/ask.ts";
import {
  type DatabaseLost,
  evaluateDatabaseLost,
} from "../../../cli/service-checklist/checks/database-lost.ts";
import { type Drained, evaluateDrain } from "../../../cli/service-checklist/checks/drain.ts";
import { evaluateFiles } from "../../../cli/service-checklist/checks/files.ts";
import { evaluateImage } from "../../../cli/service-checklist/checks/image.ts";
import { evaluateMetrics } from "../../../cli/service-checklist/checks/metrics.ts";
import { evaluateMigration } from "../../../cli/service-checklist/checks/migration.ts";
import { evaluateSecrets } from "../../../cli/service-checklist/checks/secrets.ts";
import { evaluateStart, type Started } from "../../../cli/service-checklist/checks/start.ts";
import { evaluateStartAlone } from "../../../cli/service-checklist/checks/start-without-database.ts";
import { conclude } from "../../../cli/service-checklist/examination.ts";
import { fault, lineNames, ok } from "../../../cli/service-checklist/line.ts";
import type { Service } from "../../../infra/configuration/service.ts";

const service: Service = {
  name: "shop",
  folder: "shop",
  source: { context: "shop", dockerfile: "Dockerfile", files: ["**"] },
  port: 8000,
  user: 10001,
  health: "/health",
  memoryMegabytes: 256,
  writablePaths: ["/tmp"],
  stopSeconds: 30,
  startSeconds: 90,
  secretsAs: "files",
  secrets: ["JWT_KEY"],
  environment: {},
  migrationHash: undefined,
};

/** A request, in milliseconds since the signal or the loss. */
function asked(
  status: number | undefined,
  startedAtMs: number,
  endedAtMs = startedAtMs + 5,
  body = "",
): Asked {
  return { status, body, failure: status ? undefined : "ECONNREFUSED", startedAtMs, endedAtMs };
}
const states = (lines: { name: string; state: string }[]) =>
  Object.fromEntries(lines.map(({ name, state }) => [name, state]));

describe("drain", () => {
  const good: Drained = {
    begun: asked(200, -500, 2_000),
    asked: [asked(200, -50), asked(200, 10), asked(200, 60)],
    health: [asked(200, 0), asked(503, 100), asked(503, 200)],
    toldAtMs: 0,
    tookMs: 2_500,
    exitCode: 0,
  };
  const evaluated = (changes: Partial<Drained>) => evaluateDrain(service, { ...good, ...changes });

  it("is kept by who answers everything, says 503 and ends in time", () => {
    expect(states(evaluated({}))).toEqual({ drain: "ok", "health while draining": "ok", end: "ok" });
    expect(evaluated({})[0]?.found).toMatch(/^all 2 requests .* half sent at SIGTERM was answered 200$/);
  });

  it("is broken by one request that is cut, or answered 500, or by the one that was half sent", () => {
    expect(evaluated({ asked: [...good.asked, asked(undefined, 80)] })[0]).toEqual(
      fault(
        "drain",
        "1 of 3 requests failed that proxies sent after SIGTERM (ECONNREFUSED); the one that was half sent at SIGTERM was answered 200",
      ),
    );
    expect(evaluated({ asked: [asked(500, 10)] })[0]?.state).toBe("fault");
    expect(evaluated({ begun: asked(undefined, -500) })[0]).toMatchObject({
      state: "fault",
      found: expect.stringContaining("was cut (ECONNREFUSED)"),
    });
    // Before the signal it was another matter.
    expect(evaluated({ asked: [asked(500, -50), asked(200, 10)] })[0]?.state).toBe("ok");
  });

  it("needs a 503, and an end within stopSeconds", () => {
    const [, health, end] = evaluated({
      health: [asked(200, 0), asked(undefined, 100)],
      exitCode: undefined,
    });
    expect(health).toMatchObject({
      state: "fault",
      found: expect.stringContaining("200, then ECONNREFUSED"),
    });
    expect(end).toMatchObject({ state: "fault", found: expect.stringContaining("30 s after SIGTERM") });
  });
});

describe("health while draining", () => {
  it("has the word that the declaration has", () => {
    const drained = { begun: asked(200, 0), asked: [asked(200, 10)], toldAtMs: 0, tookMs: 100, exitCode: 0 };
    const evaluated = (body: string) =>
      evaluateDrain(
        { ...service, drainingText: "draining" },
        { ...drained, health: [asked(503, 10, 15, body)] },
      )[1];
    expect(evaluated('{"status":"draining"}')?.state).toBe("ok");
    expect(evaluated("overloaded")?.found).toContain('never says 503 with "draining"');
  });
});

describe("a database that goes and comes back", () => {
  const lost: DatabaseLost = {
    page: "/",
    asked: [asked(200, -50), asked(200, 10, 5_400), asked(500, 100), asked(200, 5_500)],
    health: [asked(200, 0), asked(200, 3_000)],
    lostAtMs: 0,
    backAtMs: 5_000,
    exitCode: undefined,
  };
  const evaluated = (changes: Partial<DatabaseLost>) =>
    evaluateDatabaseLost(service, { ...lost, ...changes });

  it("is survived by who answers again, with the number that failed", () => {
    expect(evaluated({})[0]).toEqual(
      ok(
        "database lost and back",
        "GET /, while the database was away for 5.0 s: 1 of 3 requests failed (1 × 500), the longest took 5.4 s; it was answered 0.4 s after the return, 0 more failed then",
      ),
    );
  });

  it("is not survived by who ends, or goes on failing", () => {
    expect(evaluated({ exitCode: 1 })[0]).toEqual(
      fault("database lost and back", "it ended with 1 when its database went"),
    );
    const failing = [asked(200, -50), asked(500, 10), asked(500, 19_000)];
    expect(evaluated({ asked: failing })[0]?.state).toBe("fault");
  });

  it("cannot be judged by a page that asks no database, or fails with it", () => {
    expect(evaluated({ asked: [asked(200, -50), asked(200, 10)] })[0]?.state).toBe("unchecked");
    expect(evaluated({ asked: [asked(500, -50), asked(500, 10)] })[0]?.state).toBe("unchecked");
  });

  it("must not make health fail", () => {
    expect(evaluated({})[1]?.state).toBe("ok");
    expect(evaluated({ health: [asked(200, 0), asked(503, 1_000)] })[1]).toMatchObject({
      name: "health without a database",
      state: "fault",
      found: expect.stringContaining("1 of 2 times (1 × 503)"),
    });
  });
});

describe("a start", () => {
  const started: Started = {
    answeredAfterMs: 900,
    readyAfterMs: 1_500,
    last: undefined,
    inside: { exitCode: 0, standardError: "" },
    exitCode: undefined,
    lastWords: "",
  };
  const evaluated = (changes: Partial<Started>) => evaluateStart(service, { ...started, ...changes });

  it("answers on its port, and then health", () => {
    expect(states(evaluated({}))).toEqual({ port: "ok", health: "ok" });
    expect(states(evaluated({ readyAfterMs: undefined, last: asked(404, 0) }))).toEqual({
      port: "ok",
      health: "fault",
    });
    expect(states(evaluated({ answeredAfterMs: undefined, readyAfterMs: undefined }))).toEqual({
      port: "fault",
      health: "unchecked",
    });
  });

  it("is healthy for the engine too, which asks inside of the container", () => {
    const inside = { exitCode: 127, standardError: "sh: not found" };
    expect(evaluated({ inside })[1]).toMatchObject({
      state: "fault",
      found: expect.stringContaining("ended with 127: sh: not found; healthCheck can name another"),
    });
  });

  it("is named with the last words of who ended", () => {
    const ended = evaluated({
      answeredAfterMs: undefined,
      readyAfterMs: undefined,
      exitCode: 3,
      lastWords: "no module",
    });
    expect(ended[0]?.found).toBe("it ended with 3 before it answered: no module");
  });

  it("needs no database", () => {
    const alone = { started, page: "/", last: asked(200, 0), answeredAfterMs: 300, exitCode: undefined };
    expect(evaluateStartAlone(service, alone).state).toBe("ok");
    const never = { ...started, readyAfterMs: undefined, exitCode: 1, lastWords: "ECONNREFUSED" };
    expect(evaluateStartAlone(service, { ...alone, started: never })).toMatchObject({
      state: "fault",
      found: expect.stringContaining("it ended with 1: ECONNREFUSED"),
    });
    expect(
      evaluateStartAlone(service, { ...alone, answeredAfterMs: undefined, last: asked(500, 0) }).found,
    ).toContain("GET / says 500");
  });

  it("is on files that it cannot change", () => {
    expect(evaluateFiles(service, true, "ready\n").state).toBe("ok");
    expect(evaluateFiles(service, false, "").state).toBe("fault");
    const log = "ready\nOSError: [Errno 30] Read-only file system: '/service/data.json'\n";
    expect(evaluateFiles(service, true, log)).toMatchObject({
      state: "fault",
      found: expect.stringContaining("Errno 30"),
    });
  });
});

describe("a migration", () => {
  const ended = (exitCode: number | null, standardOutput: string, standardError = "") => ({
    exitCode,
    standardOutput,
    standardError,
  });

  it("runs, runs again, and ends with the newest one's name", () => {
    const lines = evaluateMigration(ended(0, "0001\n0002_keys\n"), ended(0, "0002_keys\n"));
    expect(lines.map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
    expect(lines[2]?.found).toBe('its last line is "0002_keys"');
    expect(evaluateMigration(undefined, undefined).map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
  });

  it.each([
    ["fails", ended(1, "", "no such role"), undefined, ["fault", "unchecked", "unchecked"]],
    ["does not end", ended(null, "0001\n"), undefined, ["fault", "unchecked", "unchecked"]],
    ["fails the second time", ended(0, "0001\n"), ended(1, "", "exists"), ["ok", "fault", "ok"]],
    ["says nothing", ended(0, ""), ended(0, ""), ["ok", "ok", "fault"]],
    ["says something else each time", ended(0, "0001\n"), ended(0, "nothing to do\n"), ["ok", "ok", "fault"]],
  ])("is faulty when it %s", (_what, first, second, expected) => {
    expect(evaluateMigration(first, second).map(({ state }) => state)).toEqual(expected);
  });

  it("waits for an image that builds", () => {
    expect(evaluateImage(ended(0, ""), 150e6, 2_000).found).toBe("built in 2.0 s, 150 MB");
    expect(evaluateImage(ended(1, "Step 2\nno such file", "step 2 failed"), 0, 2_000)).toMatchObject({
      state: "fault",
      found: "it does not build: Step 2 / no such file / step 2 failed",
    });
  });
});

describe("metrics", () => {
  const evaluated = (body: string) => evaluateMetrics("/metrics", asked(200, 0, 5, body)).state;

  it("are Prometheus's text format", () => {
    expect(
      evaluated(
        '# HELP a b\na_total{x="1",y="a \\"b\\" {c}, \\\\"} 1.5e+06\nb_bucket{le="+Inf"} 3 1700000000000\nc NaN\n',
      ),
    ).toBe("ok");
    expect(evaluated("")).toBe("fault");
    expect(evaluated("<html></html>")).toBe("fault");
    expect(evaluated("a_total{x=1} 1")).toBe("fault");
    expect(evaluateMetrics("/metrics", asked(404, 0)).found).toBe("GET /metrics says 404");
  });
});

describe("secrets", () => {
  const secrets = {
    DATABASE_URL: "postgresql://shop:pass-word@database:5432/shop",
    JWT_KEY: "key-of-tokens",
  };
  const places = { log: "ready", inspected: "[]", image: "PATH=/bin", environment: "PORT=8000" };
  const evaluated = (changes: Partial<typeof places>, secretsAs: Service["secretsAs"] = "files") =>
    evaluateSecrets({ ...service, secretsAs }, secrets, { ...places, ...changes });

  it("are where they may be, and nowhere else", () => {
    expect(evaluated({}).state).toBe("ok");
    expect(evaluated({ log: "cannot reach shop:pass-word@database" }).found).toBe(
      "DATABASE_URL is in its log",
    );
    expect(evaluated({ inspected: "JWT_KEY=key-of-tokens" }).found).toBe("docker inspect shows JWT_KEY");
    expect(evaluated({ image: "ENV JWT_KEY=changeme" }).found).toBe("its image sets JWT_KEY");
    expect(evaluated({ environment: "K=key-of-tokens" }).found).toBe("JWT_KEY is in its environment");
    expect(evaluated({ environment: "K=key-of-tokens" }, "environment").state).toBe("ok");
  });
});

describe("the checklist", () => {
  it("has all of its lines in one order, whatever came of them", () => {
    const { lines, works, verdict } = conclude("shop", [
      fault("image", "it does not build"),
      ok("declaration", ""),
    ]);
    expect(lines.map(({ name }) => name)).toEqual(lineNames);
    expect(works).toBe(false);
    expect(lines.filter(({ state }) => state === "unchecked").length).toBe(lineNames.length - 2);
    expect(verdict).toMatch(/^shop breaks 1 of 17: image\. Not checked: assets, /);
    const whole = conclude(
      "shop",
      lineNames.map((name) => ok(name, "")),
    );
    expect(whole).toMatchObject({ works: true, verdict: "shop keeps what is asked of a service: 17 of 17." });
  });
});

describe("asking", () => {
  async function serve(server: Server | ReturnType<typeof createSocketServer>): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  it("tells an answer from none", async () => {
    const port = await serve(createServer((_request, answer) => answer.writeHead(418).end("tea")));
    expect(await ask(port, "/")).toMatchObject({ status: 418, body: "tea", failure: undefined });
    expect(await (await begin(port, "/")).finish()).toMatchObject({ status: 418 });
    const cutting = await serve(createSocketServer((socket) => socket.destroy()));
    expect(await ask(cutting, "/")).toMatchObject({ status: undefined, failure: "ECONNRESET" });
    expect((await (await begin(cutting, "/")).finish()).status).toBeUndefined();
    const silent = await serve(createSocketServer(() => {}));
    expect((await ask(silent, "/", 50)).failure).toBe("no answer within 50 ms");
  });
});
