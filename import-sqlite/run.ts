import { PersonError } from "../infra/errors.ts";
import { inputsDigest } from "./inputs.ts";
import type { Mapping } from "./mapping/mapping.ts";
import { requireLockRoom, requireRoomForTables } from "./plan/lock-room.ts";
import { type ImportPlan, makePlan } from "./plan/plan.ts";
import { rehearse } from "./plan/rehearse.ts";
import { isLoss, showPlan } from "./plan/show.ts";
import type { Session } from "./postgres/session.ts";
import { requireFolder } from "./service/images.ts";
import { Scratch } from "./service/scratch.ts";
import { SqliteFile } from "./sqlite/database.ts";
import type { ImportTarget } from "./target/import-target.ts";
import { schemaName } from "./translate/names.ts";
import { importInOneTransaction, OutcomeUnknown, queryPrimary } from "./write/attempts.ts";
import { contentOf } from "./write/load.ts";
import { Progress } from "./write/progress.ts";
import { contentDigest, findRecord, type ImportRecord } from "./write/record.ts";
import { repairImages } from "./write/repair.ts";
import { serviceStreams, tableStreams } from "./write/streams.ts";

export interface ImportRequest {
  file: string;
  uploads: string | undefined;
  mapping: Mapping;
  dryRun: boolean;
  target: ImportTarget;
  /** Progress and what people should know, a line or several. */
  say: (lines: string) => void;
}

/** The result. Its sentence is the last that people read. */
export interface ImportResult {
  outcome: "imported" | "planned" | "unchanged" | "undone";
  sentence: string;
  plan?: ImportPlan;
  attempts?: number;
}

/**
 * Imports an SQLite file into a stack: reads it, shows the plan, writes it in one transaction, compares.
 * @throws PersonError with one sentence; nothing was written then.
 */
export async function importSqlite(request: ImportRequest): Promise<ImportResult> {
  const file = SqliteFile.open(request.file);
  const scratch = new Scratch();
  try {
    return await importFile(request, file, scratch);
  } finally {
    scratch.close();
    file.close();
  }
}

async function importFile(request: ImportRequest, file: SqliteFile, scratch: Scratch): Promise<ImportResult> {
  const { target, mapping, uploads, say } = request;
  if (uploads !== undefined) requireFolder(uploads);
  const inputs = await inputsDigest(request.file, mapping, uploads);
  const schema = mapping.schema ?? schemaName(file.path);
  const record = await queryPrimary(target.database, (session) => recordOf(session, schema));
  if (record?.inputs === inputs) {
    if (uploads !== undefined) await repairImages(target, schema, uploads, say);
    return unchanged(schema, record);
  }
  if (!record) await queryPrimary(target.database, (session) => requireRoomForTables(session, file, mapping));
  const plan = await makePlan({
    ...{ file, mapping, uploads, scratch, assetsUrl: target.assetsUrl },
    // After an earlier import, its own accounts are among those.
    loadTaken: async () => {
      if (!record) await queryPrimary(target.database, (session) => loadTaken(session, scratch));
    },
    progress: progressOf(say),
  });
  if (record) return sameContentOrRefused(plan, file, record);
  await queryPrimary(target.database, async (session) => {
    await requireLockRoom(session, plan);
    await rehearse(session, plan);
  });
  say(showPlan(plan, request.file));
  if (request.dryRun)
    return { outcome: "planned", sentence: "Nothing was written: this was a dry run.", plan };
  return write(request, plan, { file, scratch, inputs });
}

async function write(
  { target, uploads, say }: ImportRequest,
  plan: ImportPlan,
  { file, scratch, inputs }: { file: SqliteFile; scratch: Scratch; inputs: string },
): Promise<ImportResult> {
  const startedAt = performance.now();
  const planned = plan.remarks.length;
  const streams = [...tableStreams(plan, file), ...serviceStreams(plan, scratch)];
  const progress = new Progress(
    streams.reduce((sum, { total }) => sum + total, 0),
    say,
  );
  // The SDK is large: without uploads it is not loaded.
  const bucket =
    uploads === undefined ? undefined : new (await import("./service/bucket.ts")).Bucket(target.objectStore);
  try {
    await bucket?.putAll(scratch, uploads ?? "");
    const done = await importInOneTransaction(
      target.database,
      { plan, file, scratch, inputs, progress },
      say,
    );
    for (const { where, sentence } of plan.remarks.slice(planned)) say(`${where} ${sentence}.`);
    for (const sentence of done.said) say(sentence);
    const rows = plan.tables.reduce((sum, { profile }) => sum + profile.rows, 0);
    const lost = plan.remarks.filter(isLoss).length + done.said.length;
    const exactness =
      lost === 0
        ? "All of it is carried over exactly."
        : `What is not exactly as it was was listed above: ${lost} ${lost === 1 ? "remark" : "remarks"}.`;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const sentence = `Imported ${plan.tables.length} tables with ${rows.toLocaleString("en")} rows into the schema ${plan.schema} in ${seconds} s; every table was compared by its count and its content. ${exactness}`;
    return { outcome: "imported", sentence, plan, attempts: done.attempts };
  } catch (error) {
    // Of an import that may be committed, the images stay.
    if (!(error instanceof OutcomeUnknown)) await bucket?.removeAdded();
    throw error;
  } finally {
    bucket?.close();
  }
}

async function recordOf(session: Session, schema: string): Promise<ImportRecord | undefined> {
  const record = await findRecord(session, schema);
  if (record !== "foreign") return record;
  throw new PersonError(
    `The database has a schema ${schema} that is none of an import's; name another as "schema" in a mapping file.`,
  );
}

const unchanged = (schema: string, { importedAt }: ImportRecord): ImportResult => ({
  outcome: "unchanged",
  sentence: `Nothing changes: this was imported into the schema ${schema} at ${importedAt}.`,
});

/** The file, the mapping or the uploads have changed since; the tables may still be the same. */
function sameContentOrRefused(plan: ImportPlan, file: SqliteFile, record: ImportRecord): ImportResult {
  const contents = new Map(tableStreams(plan, file).map((stream) => [stream.label, contentOf(stream)]));
  if (contentDigest(plan, contents) === record.content) return unchanged(plan.schema, record);
  throw new PersonError(
    `The schema ${plan.schema} holds an import of ${record.importedAt} with other contents; name another as "schema" in a mapping file, or take that import back first: npm run import:sqlite -- --undo ${plan.schema}. Nothing was changed.`,
  );
}

/** Rows per fetch. */
const page = 10_000;

/** The handles and email addresses that the service has already given out. */
async function loadTaken(session: Session, scratch: Scratch): Promise<void> {
  scratch.run("delete from taken");
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await session.query(
      `select id, handle, email from public.accounts where id > '${after}' order by id limit ${page}`,
    );
    for (const [id = null, handle = null, email = null] of rows) {
      scratch.run("insert into taken values (?, ?, ?)", id, handle, email);
    }
    if (rows.length < page) return;
    after = rows.at(-1)?.[0] ?? after;
  }
}

/** Reports steps of the plan that take long. */
function progressOf(say: (line: string) => void): (sentence: string) => void {
  let saidAt = performance.now();
  return (sentence) => {
    if (performance.now() - saidAt < 1_000) return;
    saidAt = performance.now();
    say(sentence);
  };
}
