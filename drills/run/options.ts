import { parseArgs } from "node:util";
import { PersonError } from "../../infra/errors.ts";

/** What `npm run drill` is told. */
export interface DrillCommand {
  stack: string;
  list: boolean;
  /** The three drills of `npm test`, each some 15 s. */
  short: boolean;
  /** Write what was measured into docs/failover. */
  record: boolean;
  /** Write docs/failover from what is recorded, and run nothing. */
  writeDocs: boolean;
  /** The setting to break on purpose. */
  break: string | undefined;
  soak: { count: number | undefined; minutes: number | undefined } | undefined;
  seed: number;
  names: string[];
}

/** @throws PersonError for what it does not know. */
export function readCommand(args: string[], defaultSeed: number): DrillCommand {
  const { values, positionals } = parse(args);
  const soak = positionals[0] === "soak";
  const number = (name: "count" | "minutes" | "seed") => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0) {
      throw new PersonError(`--${name} is "${text}"; allowed is a whole number.`);
    }
    return value;
  };
  const count = number("count");
  const minutes = number("minutes");
  if (!soak && (count !== undefined || minutes !== undefined)) {
    throw new PersonError("--count and --minutes belong to soak: npm run drill -- soak --count 20.");
  }
  return {
    stack: values.stack ?? process.env.PULUMI_STACK ?? "dev",
    list: values.list ?? false,
    short: values.short ?? false,
    record: values.record ?? false,
    writeDocs: values["write-docs"] ?? false,
    break: values.break,
    soak: soak ? { count: count ?? (minutes === undefined ? 20 : undefined), minutes } : undefined,
    seed: number("seed") ?? defaultSeed,
    names: soak ? positionals.slice(1) : positionals,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s" },
        list: { type: "boolean" },
        short: { type: "boolean" },
        record: { type: "boolean" },
        "write-docs": { type: "boolean" },
        break: { type: "string" },
        count: { type: "string" },
        minutes: { type: "string" },
        seed: { type: "string" },
      },
    });
  } catch (error) {
    throw new PersonError((error as Error).message);
  }
}
