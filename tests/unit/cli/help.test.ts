import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { answerBeforeSetUp } from "../../../cli/command-line/before-set-up.mjs";
import { commands, fileOf, findCommand, groups } from "../../../cli/command-line/commands.mjs";
import type { CommandDeclaration } from "../../../cli/command-line/declaration.ts";
import { commandsPage } from "../../../cli/command-line/page.mjs";
import { readCommandLine } from "../../../cli/command-line/read.mjs";
import { projectRoot } from "../../../infra/project.ts";
import { fakePrograms, scratchHome } from "./toolchain/scratch.ts";

const execute = promisify(execFile);
const text = (...parts: string[]) => readFileSync(path.join(projectRoot, ...parts), "utf8");
const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
const declared = Object.entries(commands) as [string, CommandDeclaration][];
/** These pass on what they do not know, each to a program that refuses it. */
const strict = declared.filter(([, { passesOn }]) => !passesOn || passesOn.options);

/** Files that take a command's values from it, beside the command itself. */
const readers: Record<string, string[]> = {
  drill: ["drills/run/options.ts"],
  "import:sqlite": ["import-sqlite/options.ts"],
  logs: ["cli/log-range.ts"],
  help: ["cli/command-line/before-set-up.mjs"],
};

function sourceOf(name: string): string {
  const own = name === "help" ? [] : [`cli/commands/${fileOf(name)}.ts`];
  return [...own, ...(readers[name] ?? [])].map((file) => text(file)).join("\n");
}

/** The options whose values a command looks at: `values.list`, `values["dry-run"]`, `const { tail } = values`. */
function optionsUsedBy(name: string): string[] {
  const source = sourceOf(name);
  const single = [...source.matchAll(/\bvalues(?:\.(\w+)|\["([\w-]+)"\])/g)].map(([, a, b]) => a ?? b ?? "");
  const several = [...source.matchAll(/\{([^{}]*)\} = values;|\{ ([^{}]*) \}: \{ [^}]*string \| undefined/g)]
    .flatMap(([, a, b]) => (a ?? b ?? "").split(","))
    .map((property) =>
      property
        .trim()
        .replace(/[\s=:].*$/s, "")
        .replaceAll('"', ""),
    );
  const stack = /\bstack\b[^;=]*\} = readCommandLine|commandLine = readCommandLine/.test(source)
    ? ["stack"]
    : [];
  return [...new Set([...single, ...several, ...stack])].filter(Boolean).sort();
}

describe("the declared commands", () => {
  it("are the scripts of package.json, each run by the one entrance", () => {
    expect(Object.keys(commands).sort()).toEqual(Object.keys(scripts).sort());
    for (const name of Object.keys(commands))
      expect(scripts[name]).toBe(`node cli/start.mjs ${fileOf(name)}`);
    expect(groups.flatMap((group) => Object.keys(group.commands))).toEqual(Object.keys(commands));
  });

  it.each(declared)("%s has a file, which reads its command line by its declaration", (name) => {
    expect(findCommand(fileOf(name))?.name).toBe(name);
    if (name === "help") return;
    const key = /^\w+$/.test(name) ? `commands.${name}` : `commands["${name}"]`;
    expect(sourceOf(name)).toContain(`readCommandLine(${key}, process.argv.slice(2))`);
  });

  it.each(declared)("%s declares the options that it uses, and no other", (name, { options }) => {
    expect(optionsUsedBy(name)).toEqual(Object.keys(options).sort());
  });

  it.each(declared)(
    "%s says in a line what it does, and each option in half a sentence",
    (name, declaration) => {
      const said = [declaration.does, ...Object.values(declaration.options).map(({ does }) => does)];
      for (const line of said) expect(line, name).toMatch(/^[a-z0-9Q].{5,108}[^.]$/);
      for (const { type, value } of Object.values(declaration.options))
        expect(value !== undefined).toBe(type === "string");
    },
  );

  it.each(declared)("%s takes its own examples", (name, declaration) => {
    expect(declaration.examples.length).toBeGreaterThan(0);
    for (const example of declaration.examples) {
      const [, called, rest = ""] = /^npm (?:run )?(?:-s )?([\w:-]+)(?: -- (.*))?$/.exec(example) ?? [];
      expect(called, example).toBe(name);
      const args = [...rest.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      expect(() => readCommandLine(declaration, args), example).not.toThrow();
    }
  });
});

describe("help", () => {
  it("lists every command with what it does, a line each, in its group", () => {
    const { help } = answerBeforeSetUp("help", []) as { help: string };
    for (const [name, { does }] of declared)
      expect(help).toMatch(new RegExp(`^  ${name} +${literal(does)}$`, "m"));
    for (const { name } of groups) expect(help).toMatch(new RegExp(`^${name}$`, "im"));
  });

  it.each(declared)(
    "of %s has its options, operands and examples, however it is asked for",
    (name, declaration) => {
      const { help } = answerBeforeSetUp("help", [name]) as { help: string };
      const { options, operands, examples } = declaration;
      for (const [option, { does }] of Object.entries(options))
        expect(help).toMatch(new RegExp(`--${option}\\b.* {2}${literal(does)}$`, "m"));
      if (operands) expect(help).toContain(`${operands.does}\n`);
      for (const example of examples) expect(help).toContain(`\n  ${example}`);
      expect(answerBeforeSetUp(name, ["--help"])).toEqual({ help });
      expect(answerBeforeSetUp(fileOf(name), ["-h"])).toEqual({ help });
    },
  );

  it("is not asked for by a value, nor of us by what is Pulumi's", () => {
    expect(() => answerBeforeSetUp("sql", ["--command", "--help"])).toThrow("--command needs its SQL.");
    expect(answerBeforeSetUp("sql", ["--command=--help"])).toEqual({ file: "sql" });
    expect(answerBeforeSetUp("pulumi", ["up", "--help"])).toEqual({ file: "pulumi" });
  });

  it("is docs/commands.md too", () => {
    expect(text("docs/commands.md")).toBe(commandsPage());
  });
});

describe("an option that nobody knows", () => {
  it.each(strict)("is refused by %s before any set-up", (name, { options }) => {
    expect(() => answerBeforeSetUp(name, ["--nosuchoption"])).toThrow(
      'The option "--nosuchoption" is unknown; ',
    );
    expect(() => answerBeforeSetUp(name, ["-Z"])).toThrow('The option "-Z" is unknown; ');
    for (const option of Object.keys(options)) {
      const mistyped = `--${option.slice(0, -1)}${option.at(-1) === "x" ? "y" : "x"}`;
      expect(() => answerBeforeSetUp(name, [mistyped])).toThrow(`did you mean --${option}?`);
    }
  });
});

describe("the one entrance", () => {
  const entrance = (...args: string[]) => {
    const home = scratchHome();
    const calls = fakePrograms({ npm: "exit 1", docker: "exit 1", pulumi: "exit 1" });
    const ended = execute(process.execPath, [path.join(projectRoot, "cli", "start.mjs"), ...args]);
    return ended.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr, calls: calls(), home }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr, calls: calls(), home }),
    );
  };

  it("is made of plain JavaScript without a package, so that any Node has help before anything is there", () => {
    const seen = new Set(["cli/start.mjs"]);
    for (const file of seen) {
      for (const [, imported = ""] of text(file).matchAll(/^(?:import|export) [^;]*?from "([^"]+)";$/gm)) {
        expect(imported, file).toMatch(/^(node:.*|\..*\.mjs)$/);
        if (imported.startsWith(".")) seen.add(path.posix.join(path.posix.dirname(file), imported));
      }
    }
    expect(seen).toContain("cli/command-line/declarations/deploy.mjs");
  });

  it("answers --help at once: nothing is set up", async () => {
    const asked = await entrance("down", "--data", "--help");
    expect(asked).toMatchObject({ code: 0, stderr: "", calls: [] });
    expect(asked.stdout).toMatch(/^npm run down -- \[OPTION…\]\n/);
    for (const folder of ["cache", "data"]) expect(existsSync(path.join(asked.home, folder))).toBe(false);
  });

  it("without a command lists them", async () => {
    const asked = await entrance();
    expect(asked).toMatchObject({ code: 0, stderr: "", calls: [] });
    expect(asked.stdout).toBe((await entrance("help")).stdout);
    expect(asked.stdout).toMatch(/^ {2}up /m);
  });

  it("refuses an unknown option at once, with a sentence: nothing is set up or changed", async () => {
    const refused = await entrance("down", "--dta", "--stack", "test");
    expect(refused).toMatchObject({ code: 1, stdout: "", calls: [] });
    expect(refused.stderr).toBe(
      'The option "--dta" is unknown; did you mean --data? allowed are --help, --stack NAME, --data, --engine.\n',
    );
    for (const folder of ["cache", "data"]) expect(existsSync(path.join(refused.home, folder))).toBe(false);
  });
});

function literal(sentence: string): string {
  return sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
