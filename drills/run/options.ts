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
  /** Whether a live page shows the drills. */
  watch: boolean;
  soak: { count: number | undefined; minutes: number | undefined };
  seed: number;
}

/** What is run besides named drills. */
const series = ["soak", "losable", "emergencies", "damage", "everything"] as const;

/** How many faults `soak` draws by default, and how many parts `losable` takes. */
const defaultCount = 20;

/** The command line as it was given. */
interface Given {
  stack: string;
  values: {
    [option in "list" | "short" | "record" | "write-docs" | "heal" | "alerts" | "watch"]: boolean | undefined;
  } & {
    [option in "break" | "count" | "minutes" | "seed"]: string | undefined;
  };
  /** Its operands. */
  rest: string[];
}

/** @throws PersonError for what does not go together. */
export function readCommand({ stack, values, rest: positionals }: Given, defaultSeed: number): DrillCommand {
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
  if (values.watch) requireWatchable(task, values);
  return {
    stack,
    task,
    names: named === "drills" ? positionals : rest,
    short: values.short ?? false,
    record: (values.record ?? false) || named === "everything",
    alerts: values.alerts ?? false,
    break: values.break,
    watch: values.watch ?? false,
    soak: { count: count ?? (minutes === undefined ? defaultCount : undefined), minutes },
    seed: wholeNumber("seed", values.seed) ?? defaultSeed,
  };
}

/** A browser on the same machine takes from what is measured, so nothing is recorded beside it. */
function requireWatchable(task: DrillCommand["task"], values: Given["values"]): void {
  if (task !== "drills" || values.alerts || values.break !== undefined) {
    throw new PersonError("--watch shows drills alone: npm run drill -- primary-killed --watch.");
  }
  if (values.record) {
    throw new PersonError("--watch and --record exclude each other: a browser takes from what is measured.");
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new PersonError(`--${name} is "${text}"; allowed is a whole number.`);
  return Number(text);
}
