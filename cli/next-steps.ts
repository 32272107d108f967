import type { sampleAccount } from "../import-sqlite/sample-account.ts";
import { isOwnService, type PublicOutputs } from "../running-stack/outputs.ts";

/** What is known of a stack that was just brought up. */
export interface BroughtUp {
  stack: string;
  outputs: PublicOutputs;
  /** The container of the database's primary; undefined on AWS. */
  primary: string | undefined;
  /** Undefined where the sample data was not imported. */
  sample: typeof sampleAccount | undefined;
  /** Whether AWS may break it on request. */
  faultInjection: boolean;
}

/** What a person may do now: where to click, how to log in, what to try. At most ten lines. */
export function nextSteps(broughtUp: BroughtUp): string[] {
  const { stack, outputs } = broughtUp;
  const { apiUrl, monitoring, target } = outputs;
  // Another service has no page, API and account that are known here.
  const own = isOwnService(outputs);
  const run = (command: string, ...args: string[]) => {
    const all = stack === "dev" ? args : [...args, "--stack", stack];
    return `npm run ${[command, ...(all.length > 0 ? ["--", ...all] : [])].join(" ")}`;
  };
  const rows = [
    ["look", apiUrl],
    ["API", own ? `${apiUrl}/docs` : null],
    ["dashboards", monitoring?.dashboardsUrl ?? null],
    // Where there are none, the metrics that they are drawn from.
    ["metrics", monitoring?.dashboardsUrl ? null : (monitoring?.metricsUrl ?? null)],
    ...(own ? account(broughtUp) : []),
    ...(target === "docker" ? onDocker(broughtUp, run) : onAws(broughtUp, run, own)),
    ["more", `${run("-s outputs")} has every address, npm run help every command`],
  ].filter((row): row is [string, string] => Boolean(row[1]));
  return [`The stack ${stack} is up.`, ...rows.map(([what, how]) => `  ${what.padEnd(10)}  ${how}`)];
}

type Row = [string, string | null];
type Run = (command: string, ...args: string[]) => string;

function account({ outputs: { apiUrl }, sample }: BroughtUp): Row[] {
  const post = (path: string, body: object) =>
    `curl -s ${apiUrl}/api/v1/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  if (sample) {
    const { handle, password } = sample;
    return [
      ["log in", `as ${handle} with the password "${password}": ${post("sessions", { handle, password })}`],
    ];
  }
  return [["sign up", post("users", newAccount)]];
}

/** Whom the line above signs up: a password that is long and known to nobody before they read it. */
export const newAccount = { handle: "alice", email: "alice@example.com", password: "three blue kettles" };

function onDocker({ primary }: BroughtUp, run: Run): Row[] {
  const broken = primary && `docker kill ${primary}, the primary, then watch: ${run("status", "--watch")}`;
  return [
    ["break it", broken || `${run("drill", "--list")} names the faults that can be injected`],
    ["mend it", `${run("up")} brings back what was killed or removed`],
  ];
}

function onAws({ faultInjection }: BroughtUp, run: Run, own: boolean): Row[] {
  const broken = "`aws fis start-experiment` stops a node or fails the database over: docs/aws.md, Drills";
  return [
    ["try it", !own ? null : `${run("smoke")} uses it once as a person would`],
    ["break it", faultInjection ? broken : null],
  ];
}
