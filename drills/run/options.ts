import { parseArgs } from "node:util";
import { PersonError } from "../../infra/errors.ts";
import { quietName } from "../alerts/quiet.ts";

/** The command line of `npm run drill`. */
export interface DrillCommand {
  stack: string;
  /** Named drills, one of the series, or only the list, the documents or a repair. */
  task:
    | "drills"
    | "soak"
    | "losable"
    | "emergencies"
    | "damage"
    | "everything"
    | "list"
    | "write-docs"
    | "heal";
  names: string[];
  /** The three drills of `npm test`, each some 15 s. */
  short: boolean;
  /** Write what was measured into docs/failover. */
  record: boolean;
  /** Whether each drill's alert is waited for and timed, instead of how the service copes. */
  alerts: boolean;
  /** The setting to break on purpose. */
  break: string | undefined;
  soak: { count: number | undefined; minutes: number | undefined };
  seed: number;
}

/** What is run besides named drills. */
const series = ["soak", "losable", "emergencies", "damage", "everything"] as const;

/** How many faults `soak` draws by default, and how many parts `losable` takes. */
const defaultCount = 20;

/** @throws PersonError for unknown arguments. */
export function readCommand(args: string[], defaultSeed: number): DrillCommand {
  const { values, positionals } = parse(args);
  const [first = "", ...rest] = positionals;
  const named = series.find((name) => name === first) ?? "drills";
  const task = values.list ? "list" : values["write-docs"] ? "write-docs" : values.heal ? "heal" : named;
  const count = wholeNumber("count", values.count);
  const minutes = wholeNumber("minutes", values.minutes);
  const quiet = values.alerts && positionals.includes(quietName);
  if (
    (named === "drills" || named === "emergencies") &&
    (count !== undefined || (minutes !== undefined && !quiet))
  ) {
    throw new PersonError(
      "--count and --minutes belong to soak and losable: npm run drill -- soak --count 20.",
    );
  }
  if ((named === "soak" || named === "losable" || named === "everything") && rest.length > 0) {
    throw new PersonError(`${named} takes no names; it was given ${rest.join(", ")}.`);
  }
  return {
    stack: values.stack ?? process.env.PULUMI_STACK ?? "dev",
    task,
    names: named === "drills" ? positionals : rest,
    short: values.short ?? false,
    record: (values.record ?? false) || named === "everything",
    alerts: values.alerts ?? false,
    break: values.break,
    soak: { count: count ?? (minutes === undefined ? defaultCount : undefined), minutes },
    seed: wholeNumber("seed", values.seed) ?? defaultSeed,
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new PersonError(`--${name} is "${text}"; allowed is a whole number.`);
  return Number(text);
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
        heal: { type: "boolean" },
        alerts: { type: "boolean" },
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
