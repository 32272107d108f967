import { describe, expect, it } from "vitest";
import { commands } from "../../../cli/command-line/commands.ts";
import { type CommandDeclaration, stackOption } from "../../../cli/command-line/declaration.ts";
import { nearest } from "../../../cli/command-line/nearest.ts";
import { readCommandLine } from "../../../cli/command-line/read.ts";

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
