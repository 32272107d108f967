import { describe, expect, it, onTestFinished, vi } from "vitest";
import { commands } from "../../../cli/command-line/commands.mjs";
import type { CommandDeclaration } from "../../../cli/command-line/declaration.ts";
import { stackOption } from "../../../cli/command-line/declarations/stack-option.mjs";
import { nearest } from "../../../cli/command-line/nearest.mjs";
import { readCommandLine } from "../../../cli/command-line/read.mjs";

const strict = {
  does: "is here to be read",
  options: { stack: stackOption, data: { type: "boolean", does: "deletes data" } },
  examples: [],
} satisfies CommandDeclaration;

describe("a declared command line", () => {
  it("passes on what is Pulumi's, in its order and with its values", () => {
    const args = [
      "--refresh",
      "--summary",
      "out.md",
      "-s",
      "prod",
      "--color",
      "never",
      "--summary=b.md",
      "-v=3",
    ];
    expect(readCommandLine(commands.preview, args)).toEqual({
      stack: "prod",
      values: { stack: "prod", summary: "b.md", "allow-data-loss": [] },
      rest: ["--refresh", "--color", "never", "-v=3"],
    });
  });

  it("knows what Pulumi's options take, and passes on none that Pulumi has not", () => {
    const args = ["-fy", "--target", "urn:one", "--refresh=true", "-p4", "--skip-health-check"];
    expect(readCommandLine(commands.up, args).rest).toEqual(args.slice(0, -1));
    expect(() => readCommandLine(commands.up, ["--refesh"])).toThrow(
      'The option "--refesh" is unknown; did you mean --refresh? allowed are --help, --stack NAME, --skip-health-check, and the options of pulumi up.',
    );
    const plan = ["--plan", "plan.json", "--event-log=events.json"];
    expect(readCommandLine(commands.up, plan).rest).toEqual(plan);
    // Pulumi would take it for the name of a template, and deploy that.
    expect(() => readCommandLine(commands.up, ["prod"])).toThrow('The argument "prod" is one too many');
  });

  it("takes the stack where it stands by itself or begins a group, and loses nothing of another group", () => {
    expect(readCommandLine(commands.up, ["-sprod", "-y"])).toMatchObject({ stack: "prod", rest: ["-y"] });
    expect(() => readCommandLine(commands.up, ["-ys", "prod"])).toThrow(
      '-s in "-ys" has to stand by itself, as in -s NAME.',
    );
    expect(readCommandLine(commands.logs, ["-fs", "prod"])).toMatchObject({
      stack: "prod",
      values: { follow: true },
    });
  });

  it("passes everything on where Pulumi is called itself", () => {
    const args = ["stack", "export", "--nosuch", "--", "--stack", "test"];
    expect(readCommandLine(commands.pulumi, args).rest).toEqual(args);
  });

  it("takes what begins with a hyphen for a value where it says so", () => {
    expect(readCommandLine(commands.sql, ["--command=-- nothing"]).values.command).toBe("-- nothing");
    expect(readCommandLine(commands.logs, ["-f", "--", "app"])).toMatchObject({
      values: { follow: true },
      rest: ["app"],
    });
  });

  it("is about its command's own stack, where it has one, whatever the environment says", () => {
    vi.stubEnv("PULUMI_STACK", "prod");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(readCommandLine(commands.status, []).stack).toBe("prod");
    expect(readCommandLine(commands.trial, []).stack).toBe("trial");
    expect(readCommandLine(commands.trial, ["-s", "other"]).stack).toBe("other");
  });

  it("keeps all values of an option that may be repeated", () => {
    const args = ["--allow-data-loss", "a.b", "--allow-data-loss=c.d"];
    expect(readCommandLine(commands.preview, args).values["allow-data-loss"]).toEqual(["a.b", "c.d"]);
  });

  it.each([
    [
      ["--dta"],
      'The option "--dta" is unknown; did you mean --data? allowed are --help, --stack NAME, --data.',
    ],
    [["--entirely"], 'The option "--entirely" is unknown; allowed are --help, --stack NAME, --data.'],
    [["--data=yes"], '--data takes no value; it was given "yes".'],
    [["extra"], 'The argument "extra" is one too many'],
    [["--stack"], "--stack needs its NAME."],
    [["--stack", "--data"], "--stack needs its NAME."],
    [["--stack", "No Name"], '"No Name" is not a valid stack name'],
  ])("%j is refused with a sentence", (args, sentence) => {
    expect(() => readCommandLine(strict, args)).toThrow(sentence);
  });
});

it("the nearest name is what was meant, and none where nothing is near", () => {
  const names = ["up", "down", "preview", "restore-verify"];
  expect(nearest("preveiw", names)).toBe("preview");
  expect(nearest("restore-verfy", names)).toBe("restore-verify");
  expect(nearest("explode", names)).toBeUndefined();
});
