import { stackOption } from "./stack-option.mjs";

/** @import { CommandDeclaration } from "../declaration.ts" */

/**
 * What proves that a stack keeps its word.
 * @satisfies {Record<string, CommandDeclaration>}
 */
export const prove = {
  drill: {
    does: "injects faults under load and measures: all drills, or those named",
    more: "Every fault is cleared again, also on Ctrl-C. In place of names of drills: `soak` draws faults at random, `damage` damages data, `losable` loses what status calls losable, `emergencies` holds status to its word in each, `everything` runs all of it and writes docs/failover. Names after `damage` and `emergencies` are of their cases. With --alerts, `quiet` is load without a fault.",
    operands: { shown: "[NAME…]", does: "drills, as --list names them, or one of the series" },
    options: {
      stack: stackOption,
      list: { type: "boolean", does: "name the drills, and run none" },
      watch: { type: "boolean", does: "show each drill as it goes, on a page of this machine" },
      short: { type: "boolean", does: "the short form that `npm test` runs" },
      record: { type: "boolean", does: "write what was measured into docs/failover" },
      alerts: { type: "boolean", does: "wait until each fault's alert has fired and cleared" },
      break: {
        type: "string",
        value: "NAME",
        does: "break this setting first, or all of them in turn: the drills must fail",
      },
      count: { type: "string", value: "N", does: "how many faults soak draws, or parts losable takes; 20" },
      minutes: { type: "string", value: "M", does: "how long soak draws faults, or quiet lasts" },
      seed: { type: "string", value: "S", does: "draw the same as another time" },
      heal: { type: "boolean", does: "clear what an interrupted drill left, and run none" },
      "write-docs": { type: "boolean", does: "write the documents from what is recorded, and run none" },
    },
    examples: [
      "npm run drill -- --list",
      "npm run drill -- primary-killed --watch",
      "npm run drill -- soak --count 20 --seed 7",
      "npm run drill -- --break all",
    ],
  },
  bench: {
    does: "measures steady load, and compares with a Flask baseline",
    options: {
      stack: stackOption,
      seconds: { type: "string", value: "N", does: "how long each run lasts; 5" },
      repetitions: { type: "string", value: "N", does: "how often each is run; 5" },
      record: { type: "boolean", does: "write what was measured into docs/performance.md" },
    },
    examples: ["npm run bench", "npm run bench -- --seconds 10 --record"],
  },
  smoke: {
    does: "uses a running stack once as a person would, knowing only its outputs",
    options: { stack: stackOption },
    examples: ["npm run smoke", "npm run smoke -- --stack prod"],
  },
  "restore:verify": {
    does: "proves that the newest backup restores, beside the running stack",
    options: {
      stack: stackOption,
      "max-age-hours": { type: "string", value: "N", does: "fail where the newest backup is older" },
    },
    examples: ["npm run restore:verify", "npm run restore:verify -- --max-age-hours 24"],
  },
  runbooks: {
    does: "runs a runbook's commands as written, after causing the fault that it is for",
    operands: { shown: "[NAME…]", does: "pages of docs/runbooks; without one they are listed" },
    options: {
      stack: stackOption,
      record: { type: "boolean", does: "write the date into docs/runbooks/README.md" },
    },
    examples: ["npm run runbooks", "npm run runbooks -- replica-broken --stack test"],
  },
  trial: {
    does: "on AWS: creates a stack, uses it, breaks it under load and removes it again",
    more: "The first command with an AWS account: it takes an hour, costs some three dollars, and needs your own AWS credentials and the AWS CLI. The stack is removed whatever happens.",
    options: {
      stack: { ...stackOption, does: "the stack, one to throw away; trial when not given" },
      keep: { type: "boolean", does: "do not remove the stack" },
      brief: { type: "boolean", does: "let clients go on for a second after a fault, and not for a minute" },
    },
    defaultStack: "trial",
    examples: ["npm run trial", "npm run trial -- --keep"],
  },
};
