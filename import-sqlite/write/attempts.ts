import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../infra/errors.ts";
import type { Content } from "../encode/checksum.ts";
import { ServerRefusal, SessionLost } from "../postgres/errors.ts";
import { Session, type SessionOptions } from "../postgres/session.ts";
import { inSchema, recordTable } from "./own-tables.ts";
import { findRecord } from "./record.ts";
import { type Commit, fillTransaction, type Work } from "./transaction.ts";

const mostAttempts = 5;
const connectTimeoutMs = 5_000;
/** A failover takes seconds; a machine that starts again, a minute. */
const waitForPrimaryMs = 90_000;
/** A missing stack is reported sooner. */
const firstWaitMs = 10_000;

export interface Outcome {
  said: string[];
  contents: Map<string, Content> | undefined;
  attempts: number;
}

/** Whether the import was committed could not be found out. */
export class OutcomeUnknown extends PersonError {
  override name = "PersonError";
}

/**
 * Imports in one transaction. If the database fails over meanwhile, nothing is left of it and it starts over. Whether a
 * COMMIT with a lost answer happened is read from the import's record.
 * @throws PersonError after the last attempt, and for what would fail again.
 */
export async function importInOneTransaction(
  options: SessionOptions,
  work: Work,
  say: (line: string) => void,
): Promise<Outcome> {
  const commit: Commit = { unanswered: false, isDone: () => Promise.resolve(false) };
  for (let attempt = 1; ; attempt++) {
    try {
      return { ...(await attemptOnce(options, work, commit)), attempts: attempt };
    } catch (error) {
      const reason = (error as Error).message;
      if (!mayPass(error)) {
        if (!commit.unanswered) throw sentenceFor(error);
        throw new OutcomeUnknown(`${reason} ${unknownOutcome}`);
      }
      const state = commit.unanswered ? "whether it was just done is to be seen" : "nothing is left of it";
      if (attempt === mostAttempts && commit.unanswered) {
        throw new OutcomeUnknown(
          `The import was cut off ${attempt} times, last because ${reason}. ${unknownOutcome}`,
        );
      }
      if (attempt === mostAttempts) {
        throw new PersonError(
          `The import was cut off ${attempt} times, last because ${reason}; ${state}. Run it again when the database is well.`,
        );
      }
      say(`Cut off (${reason}); ${state}. Beginning again, attempt ${attempt + 1} of ${mostAttempts}.`);
    }
  }
}

const unknownOutcome =
  "The answer to its COMMIT did not come, so it may be done or not: its images are kept. Run the same import again when the database is well: it finds out.";

const mayPass = (error: unknown) =>
  error instanceof SessionLost || (error instanceof ServerRefusal && error.passes);

/** Errors not handled elsewhere: a full disk, a missing privilege. */
function sentenceFor(error: unknown): unknown {
  if (!(error instanceof ServerRefusal)) return error;
  const detail = error.detail === "" ? "" : ` (${error.detail})`;
  return new PersonError(`Postgres refuses: ${error.message}${detail}. Nothing was imported.`);
}

async function attemptOnce(
  options: SessionOptions,
  work: Work,
  commit: Commit,
): Promise<Omit<Outcome, "attempts">> {
  const session = await openPrimary(options);
  commit.isDone = () => isDone(session, work);
  try {
    if (await isDone(session, work)) return { said: [], contents: undefined };
    work.progress.restart();
    const filled = await fillTransaction(session, work, commit);
    // The transaction with the lost COMMIT was still ending.
    if (filled === undefined) return { said: [], contents: undefined };
    commit.unanswered = true;
    await session.query("commit");
    // An interrupted wait for the standby looks like success, so wait once more.
    if (session.notices.some(({ routine }) => routine === "SyncRepWaitForLSN")) await isDone(session, work);
    return filled;
  } finally {
    session.close();
  }
}

/** Whether an earlier attempt committed after all. The write waits for the standby, as the lost commit had to. */
async function isDone(session: Session, { plan, inputs }: Work): Promise<boolean> {
  const record = await findRecord(session, plan.schema);
  if (record === undefined || record === "foreign" || record.inputs !== inputs) return false;
  await session.query(`update ${inSchema(plan.schema, recordTable)} set imported_at = imported_at`);
  return true;
}

/**
 * Waits for a server that takes writes.
 * @throws PersonError when none comes, or it refuses the log-in.
 */
async function openPrimary(options: SessionOptions, waitMs = waitForPrimaryMs): Promise<Session> {
  for (const endsAt = Date.now() + waitMs; ; await sleep(500)) {
    let reason: string;
    try {
      const session = await Session.open(options, connectTimeoutMs);
      const [row] = await session.query("select pg_is_in_recovery()");
      if (row?.[0] === "f") return session;
      session.close();
      reason = "the server is a replica";
    } catch (error) {
      reason = (error as Error).message;
      if (!mayPass(error)) {
        throw new PersonError(
          `The database at ${options.host}:${options.port} refuses ${options.user}: ${reason}.`,
        );
      }
    }
    if (Date.now() > endsAt) {
      throw new PersonError(
        `No primary database at ${options.host}:${options.port} within ${waitMs / 1000} s: ${reason}.`,
      );
    }
  }
}

/**
 * Runs a repeatable query on the primary, again after each failover.
 * @throws PersonError when there is no primary, or it refuses.
 */
export async function queryPrimary<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const session = await openPrimary(options, attempt === 1 ? firstWaitMs : waitForPrimaryMs);
    try {
      return await work(session);
    } catch (error) {
      if (!mayPass(error) || attempt === mostAttempts) throw sentenceFor(error);
    } finally {
      session.close();
    }
  }
}
