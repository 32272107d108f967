import { groups } from "./commands.mjs";

/** @import { CommandDeclaration } from "./declaration.ts" */

/** Every command in a line, in their groups. */
export function overview() {
  const widest = Math.max(
    ...groups.flatMap(({ commands }) => Object.keys(commands).map(({ length }) => length)),
  );
  const parts = groups.map(({ name, commands }) => {
    const lines = Object.entries(commands).map(([script, { does }]) => `  ${script.padEnd(widest)}  ${does}`);
    return [capital(name), ...lines].join("\n");
  });
  return [
    "npm run NAME, or npm run NAME -- ARGUMENTS",
    ...parts,
    "`npm run help -- NAME` and `npm run NAME -- --help` show a command's options, operands and examples.",
  ].join("\n\n");
}

/**
 * One command with everything that it takes.
 * @param {string} name
 * @param {CommandDeclaration} declaration
 */
export function helpOf(name, declaration) {
  const { does, more, operands, passesOn, examples } = declaration;
  const options = optionRows(declaration);
  const widest = Math.max(...options.map(([shown]) => shown.length), operands?.shown.length ?? 0);
  const row = (/** @type {string[]} */ [shown = "", text]) => `  ${shown.padEnd(widest)}  ${text}`;
  const paragraphs = [
    usageOf(name, declaration),
    `${capital(does)}.${more ? `\n${more}` : ""}`,
    ...(operands ? [row([operands.shown, operands.does])] : []),
    options.map(row).join("\n"),
    ...(passesOn?.options ? [passedOnSentence(passesOn.program)] : []),
    examples.map((example) => `  ${example}`).join("\n"),
  ];
  return paragraphs.join("\n\n");
}

/**
 * @param {string} name
 * @param {CommandDeclaration} declaration
 */
export function usageOf(name, { operands, options, passesOn }) {
  const takesOptions = Object.keys(options).length > 0 || passesOn?.options;
  const taken = [operands?.shown, takesOptions && "[OPTION…]"].filter(Boolean).join(" ");
  return `${name === "test" ? "npm test" : `npm run ${name}`}${taken ? ` -- ${taken}` : ""}`;
}

/**
 * Each option as it is typed, and what it does.
 * @param {CommandDeclaration} declaration
 * @returns {[string, string][]}
 */
export function optionRows({ options }) {
  const rows = Object.entries(options).map(
    ([name, { short, value, does }]) =>
      /** @type {[string, string]} */ ([
        `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`,
        does,
      ]),
  );
  return [...rows, ["-h, --help", "show this, and do nothing"]];
}

/** @param {string} program as in "pulumi up" */
export function passedOnSentence(program) {
  return `Further options are for \`${program}\`: \`npm run pulumi -- ${program.replace("pulumi ", "")} --help\` has them.`;
}

/** @param {string} sentence */
export function capital(sentence) {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
