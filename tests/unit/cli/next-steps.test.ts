import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { demandGoodPassword } from "../../../app/security/known-passwords.ts";
import { findCommand } from "../../../cli/command-line/commands.mjs";
import type { CommandDeclaration } from "../../../cli/command-line/declaration.ts";
import { readCommandLine } from "../../../cli/command-line/read.mjs";
import { type BroughtUp, newAccount, nextSteps } from "../../../cli/next-steps.ts";
import { hasSample, sampleAccount } from "../../../import-sqlite/sample-account.ts";
import { projectRoot } from "../../../infra/project.ts";

const monitoringOnDocker = {
  metricsUrl: "http://127.0.0.1:9090",
  alertsUrl: "http://127.0.0.1:9093",
  dashboardsUrl: "http://127.0.0.1:3001",
};
const onDocker: BroughtUp = {
  stack: "dev",
  outputs: {
    target: "docker",
    apiUrl: "http://127.0.0.1:8080",
    monitoring: monitoringOnDocker,
  },
  primary: "capstone-dev-database-2",
  sample: undefined,
  faultInjection: false,
};
const onAws: BroughtUp = {
  ...onDocker,
  stack: "prod",
  outputs: {
    target: "aws",
    apiUrl: "https://capstone.example.com",
    monitoring: { ...monitoringOnDocker, dashboardsUrl: "https://console.example/dashboard" },
  },
  primary: undefined,
  faultInjection: true,
};
const text = (broughtUp: BroughtUp) => nextSteps(broughtUp).join("\n");

describe("what up ends with", () => {
  it("says where to click, how to sign up and what to try, for the stack as it is now", () => {
    expect(nextSteps(onDocker)).toEqual([
      "The stack dev is up.",
      "  look        http://127.0.0.1:8080",
      "  API         http://127.0.0.1:8080/docs",
      "  dashboards  http://127.0.0.1:3001",
      `  sign up     curl -s http://127.0.0.1:8080/api/v1/users -H 'content-type: application/json' -d '${JSON.stringify(newAccount)}'`,
      "  break it    docker kill capstone-dev-database-2, the primary, then watch: npm run status -- --watch",
      "  mend it     npm run up brings back what was killed or removed",
      "  more        npm run -s outputs has every address, npm run help every command",
    ]);
  });

  it("logs in with the sample's account where there is one", () => {
    const said = text({ ...onDocker, sample: sampleAccount });
    expect(said).toContain(
      `as ada with the password "capstone sample": curl -s http://127.0.0.1:8080/api/v1/sessions `,
    );
    expect(said).not.toContain("sign up");
  });

  it("shows the metrics where there are no dashboards, and neither without monitoring", () => {
    const monitoring = { ...monitoringOnDocker, dashboardsUrl: null };
    const { outputs } = onDocker;
    expect(text({ ...onDocker, outputs: { ...outputs, monitoring } })).toContain(
      "metrics     http://127.0.0.1:9090",
    );
    const none = { metricsUrl: null, alertsUrl: null, dashboardsUrl: null };
    // An update of some resources alone may leave outputs out.
    const left = { ...outputs } as Partial<typeof outputs>;
    delete left.monitoring;
    for (const there of [{ ...outputs, monitoring: none }, left as typeof outputs])
      expect(text({ ...onDocker, outputs: there })).not.toMatch(/dashboards|metrics|null/);
  });

  it("says nothing of Docker on AWS, and of faults only what this stack has", () => {
    const said = text(onAws);
    expect(said).not.toMatch(/docker|npm run (status|drill|up)|127\.0\.0\.1|undefined/i);
    expect(said).toContain("  try it      npm run smoke -- --stack prod uses it once");
    expect(said).toContain("aws fis start-experiment");
    expect(text({ ...onAws, faultInjection: false })).not.toContain("fis");
    expect(readFileSync(path.join(projectRoot, "docs/aws.md"), "utf8")).toMatch(
      /^## Drills$[^#]*aws fis start-experiment/m,
    );
  });

  it.each([onDocker, onAws, { ...onDocker, stack: "test", primary: undefined }])(
    "has at most ten lines, and commands that there are (%#)",
    (broughtUp) => {
      expect(nextSteps(broughtUp).length).toBeLessThanOrEqual(10);
      const called = [
        ...text(broughtUp).matchAll(/npm run (?:-s )?([\w:]+)((?: --)?(?: --[\w-]+| test| prod)*)/g),
      ];
      expect(called.length).toBeGreaterThan(2);
      for (const [whole, name = "", rest = ""] of called) {
        const declaration = findCommand(name)?.declaration as CommandDeclaration;
        const args = rest.split(" ").filter(Boolean).slice(1);
        expect(() => readCommandLine(declaration, args), whole).not.toThrow();
        if (broughtUp.stack !== "dev" && name !== "help") expect(args, whole).toContain(broughtUp.stack);
      }
    },
  );
});

describe("the accounts that it names", () => {
  it("are one that the service takes, and one of the sample", () => {
    expect(() => demandGoodPassword(newAccount.password, newAccount)).not.toThrow();
    const sample = readFileSync(path.join(projectRoot, "import-sqlite/sample.sql"), "utf8");
    expect(sample).toContain(`Everybody's password is "${sampleAccount.password}"`);
    expect(sample).toMatch(new RegExp(`'${sampleAccount.handle}'.*'${sampleAccount.bio}'`));
  });

  it.each([
    [200, { handle: "ada", bio: sampleAccount.bio }, true],
    [200, { handle: "ada", bio: "Somebody else's." }, false],
    [404, { title: "Not found" }, false],
  ])("are the sample's where its user is there: %j %j", async (status, body, expected) => {
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", async (url: unknown) => {
      asked.push(url);
      return Response.json(body, { status });
    });
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    expect(await hasSample("http://127.0.0.1:8080")).toBe(expected);
    expect(asked).toEqual(["http://127.0.0.1:8080/api/v1/users/ada"]);
  });

  it("are not the sample's where nobody answers", async () => {
    expect(await hasSample("http://127.0.0.1:1")).toBe(false);
  });
});

it("name nothing of the project's own service where another one is deployed", () => {
  const other = (target: BroughtUp) =>
    text({ ...target, outputs: { ...target.outputs, service: "guestbook" } });
  expect(text(onDocker)).toContain("/api/v1/users");
  for (const steps of [other(onDocker), other(onAws)]) expect(steps).not.toMatch(/\/docs\b|api\/v1|smoke/);
});
