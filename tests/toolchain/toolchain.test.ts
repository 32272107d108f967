import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { changesOf, countSame } from "../../cli/preview-summary/changes.ts";
import { messagesOf, parseEvents } from "../../cli/preview-summary/events.ts";
import { versions } from "../../cli/toolchain/versions.mjs";
import { projectRoot } from "../../infra/project.ts";
import { mustSucceed, run } from "../stack/support.ts";

const directory = mkdtempSync(path.join(tmpdir(), "capstone-toolchain-"));
const state = path.join(directory, "state");

const pulumi = (...args: string[]) => run("pulumi", args, { cwd: directory, timeoutMs: 120_000 });
const deploy = () => mustSucceed(pulumi("up", "--yes", "--skip-preview", "--stack", "trial"));
const outputs = async () => {
  const { stdout } = await mustSucceed(
    pulumi("stack", "output", "--json", "--show-secrets", "--stack", "trial"),
  );
  return JSON.parse(stdout);
};

beforeAll(async () => {
  cpSync(path.join(import.meta.dirname, "program"), directory, { recursive: true });
  symlinkSync(path.join(projectRoot, "node_modules"), path.join(directory, "node_modules"));
  mkdirSync(state);
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${state}`);
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a passphrase of the test's");
  vi.stubEnv("PULUMI_STACK", "trial");
  await mustSucceed(pulumi("stack", "init", "trial"));
  await mustSucceed(pulumi("config", "set", "length", "24", "--stack", "trial"));
  await deploy();
});
// It shows options that Pulumi's help otherwise does not.
afterEach(() => vi.stubEnv("PULUMI_DEBUG_COMMANDS", undefined));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

describe("the Pulumi that set-up delivers", () => {
  it("draws random values as they are asked for, and runs dynamic resources", async () => {
    const { password, bcryptHash, string, hex, dynamic } = await outputs();
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(password.replace(/\D/g, "").length).toBeGreaterThanOrEqual(3);
    expect(bcryptHash).toMatch(/^\$2a\$10\$/);
    expect(string).toMatch(/^[!@#$%&*()\-_=+[\]{}<>:?]{12}$/);
    expect(hex).toMatch(/^tag-[0-9a-f]{8}$/);
    expect(dynamic).toBe("A DYNAMIC RESOURCE");
  });

  it("keeps secrets encrypted in the state and masked in what it prints", async () => {
    const { password, bcryptHash } = await outputs();
    const files = readdirSync(state, { recursive: true, encoding: "utf8", withFileTypes: true });
    const text = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(path.join(file.parentPath, file.name), "utf8"))
      .join("\n");
    expect(text).toContain("random:index/randomPassword:RandomPassword");
    for (const secret of [password, bcryptHash]) expect(text.includes(secret)).toBe(false);
    const { stdout } = await mustSucceed(pulumi("stack", "output", "--json", "--stack", "trial"));
    expect(JSON.parse(stdout)).toMatchObject({ password: "[secret]", bcryptHash: "[secret]" });
  });

  it("changes nothing without a reason, and warns of nothing", async () => {
    const before = await outputs();
    const preview = await mustSucceed(pulumi("preview", "--expect-no-changes", "--stack", "trial"));
    expect(preview.stdout + preview.stderr).not.toMatch(/warning/i);
    await deploy();
    expect(await outputs()).toEqual(before);
  });

  it("draws a value anew when what it was drawn for changes, and no other", async () => {
    const before = await outputs();
    await mustSucceed(pulumi("config", "set", "length", "30", "--stack", "trial"));
    await deploy();
    const { password, bcryptHash, ...others } = await outputs();
    expect(password).toMatch(/^[A-Za-z0-9]{30}$/);
    expect(bcryptHash).not.toBe(before.bcryptHash);
    expect(before).toMatchObject(others);
  });

  it("writes the events that a pull request's summary is made from", async () => {
    await mustSucceed(pulumi("config", "set", "length", "31", "--stack", "trial"));
    const eventLog = path.join(directory, "events.jsonl");
    // As `npm run preview -- --summary FILE` asks for them.
    vi.stubEnv("PULUMI_DEBUG_COMMANDS", "true");
    await mustSucceed(pulumi("preview", "--event-log", eventLog, "--stack", "trial"));
    const events = parseEvents(readFileSync(eventLog, "utf8"));
    const changes = changesOf(events).map(({ action, type }) => `${type} ${action}`);
    expect(changes).toContain("random:index/randomPassword:RandomPassword replaced");
    expect(countSame(events)).toBeGreaterThan(0);
    expect(messagesOf(events, "error")).toEqual([]);
  });

  it("refuses what cannot be drawn, with the property and the value", async () => {
    await mustSucceed(pulumi("config", "set", "length", "2", "--stack", "trial"));
    const failed = await pulumi("up", "--yes", "--skip-preview", "--stack", "trial");
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout + failed.stderr).toMatch(/length/);
  });
});

describe("the options that up and preview pass on", () => {
  const shown = JSON.parse(
    readFileSync(path.join(projectRoot, "cli/command-line/pulumi-options.json"), "utf8"),
  ) as Record<string, string[]>;

  it.for(["up", "preview"])("are those of `pulumi %s`", async (subcommand, { skip }) => {
    const { stdout: version } = await mustSucceed(pulumi("version"));
    skip(version.trim() !== `v${versions.pulumi}`, `This is ${version.trim()}, of which the list is not.`);
    const { stdout: help } = await mustSucceed(pulumi(subcommand, "--help"));
    expect(shown[subcommand]).toEqual(optionsIn(help));
  });
});

it("the options that up and preview pass on and Pulumi does not show are options of Pulumi's", async () => {
  const file = path.join(projectRoot, "cli/command-line/pulumi-hidden-options.json");
  const hidden = JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>;
  vi.stubEnv("PULUMI_DEBUG_COMMANDS", "true");
  for (const [subcommand, options] of Object.entries(hidden)) {
    const given = options.flatMap((option) => [option.replace(" VALUE", ""), "value"]);
    await mustSucceed(pulumi(subcommand, ...given, "--help"));
  }
});

/** As they are kept: `-m, --message VALUE`, `--diff`. Of `=[…]` the value may be left out, and one in backquotes is text. */
function optionsIn(help: string): string[] {
  const line = /^ {2,6}((?:-\w, )?--([\w-]+))(?: (string|stringArray|strings|int|int32|file:))?(?=[ [=])/gm;
  return [...help.matchAll(line)]
    .filter(([, , name]) => name !== "help" && name !== "stack")
    .map(([whole, shown = "", , type]) => {
      const optional = help.slice(help.indexOf(whole) + whole.length).startsWith("[=");
      return type && !optional ? `${shown} VALUE` : shown;
    });
}
