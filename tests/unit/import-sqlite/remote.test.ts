import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { largestPictureBytes } from "../../../app/pictures/picture.ts";
import type { ImportRequest } from "../../../import-sqlite/remote/carry.ts";
import { Parcel } from "../../../import-sqlite/remote/parcel.ts";
import { importRemotely } from "../../../import-sqlite/remote/run.ts";
import { PersonError } from "../../../infra/errors.ts";
import { importRights } from "./import-rights.ts";
import { RemoteCloud, task, taskArn } from "./remote-cloud.ts";

const folder = mkdtempSync(path.join(tmpdir(), "capstone-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A name that would do harm where it met a shell. */
const file = path.join(folder, "my $(touch harm); 'blog'.sqlite");
const writer = new DatabaseSync(file);
writer.exec("pragma journal_mode = wal; create table t (a); insert into t values (1)");
afterAll(() => writer.close());

let cloud: RemoteCloud;
let said: string[];
let interruption: AbortController;
/** Every command that any test saw. */
const asked = new Set<string>();

beforeEach(() => {
  cloud = new RemoteCloud();
  said = [];
  interruption = new AbortController();
});

async function run(request: Partial<Extract<ImportRequest, { does: "import" }>> = {}) {
  const whole = { does: "import" as const, file, uploads: undefined, mapping: {}, dryRun: false, ...request };
  return start(whole);
}

async function start(request: ImportRequest) {
  const { signal } = interruption;
  const say = (lines: string) => said.push(lines);
  try {
    return await importRemotely({ stack: "prod", task, request, signal, say }, cloud.clients);
  } finally {
    for (const name of cloud.asked) asked.add(name);
  }
}

const somebodyElses = (lastStatus: string) => ({ taskArn: taskArn.replace("0123abcd", "ffff"), lastStatus });

/** What was brought when the task started, by the end of its key. */
function brought(object: string): Buffer {
  const [, contents] = [...cloud.broughtAtStart].find(([key]) => key.endsWith(`/${object}`)) ?? [];
  if (!contents) throw new Error(`${object} was not brought`);
  return contents;
}

const job = () => JSON.parse(brought("job.json").toString());

describe("an import by a task", () => {
  test("passes on what the task says and ends as it does, and leaves nothing behind", async () => {
    cloud.script = {
      lines: ["reading t", "{not a report}", '{"sentence":"Imported 1 tables."}'],
      exitCode: 0,
    };
    expect(await run()).toEqual({ sentence: "Imported 1 tables.", exitCode: 0 });
    expect(said.filter((line) => /reading|report/.test(line))).toEqual(["reading t", "{not a report}"]);
    expect(cloud.broughtAtStart.size).toBe(2);
    expect([...cloud.objects]).toEqual([]);
  });

  test("is told where its job is and nothing of the person's, in words that no shell reads", async () => {
    await run();
    const [started] = cloud.started;
    const { overrides, ...rest } = started as { overrides: { containerOverrides: object[] } };
    const [prefix] = [...cloud.broughtAtStart.keys()].map((key) => key.split("/")[0]);
    expect(overrides).toEqual({
      containerOverrides: [{ name: "import", command: ["node", "import-sqlite/task/main.ts", `${prefix}/`] }],
    });
    expect(rest).toMatchObject({
      cluster: task.clusterArn,
      taskDefinition: task.taskDefinitionArn,
      networkConfiguration: { awsvpcConfiguration: { subnets: task.subnetIds, assignPublicIp: "DISABLED" } },
    });
    expect(job().file.path).toBe(path.basename(file));
  });

  test("brings the file as it is at one moment, with what is in its log alone", async () => {
    await run();
    const copy = path.join(folder, "copy.sqlite");
    writeFileSync(copy, brought("file"));
    const database = new DatabaseSync(copy, { readOnly: true });
    expect(database.prepare("select a from t").all()).toEqual([{ a: 1 }]);
    database.close();
    // In WAL mode without its log it would look like one that lacks something.
    expect(readFileSync(copy)[18]).toBe(1);
  });

  test("carries mapping, uploads and a dry run along", async () => {
    const uploads = path.join(folder, "uploads");
    mkdirSync(path.join(uploads, "deep"), { recursive: true });
    writeFileSync(path.join(uploads, "deep", "a.png"), "picture");
    writeFileSync(path.join(uploads, "film.mp4"), "");
    truncateSync(path.join(uploads, "film.mp4"), largestPictureBytes + 1);
    const mapping = { schema: "old", posts: null };
    await run({ uploads, mapping, dryRun: true });
    const { does, mapping: carried, dryRun, uploads: listed } = job();
    expect({ does, carried, dryRun }).toEqual({ does: "import", carried: mapping, dryRun: true });
    const byPath = Object.fromEntries(
      (listed as { path: string; object?: string; bytes: number }[]).map((entry) => [entry.path, entry]),
    );
    expect(brought(byPath["deep/a.png"]?.object ?? "").toString()).toBe("picture");
    expect(byPath["film.mp4"]).toMatchObject({ bytes: largestPictureBytes + 1 });
    expect(byPath["film.mp4"]?.object).toBeUndefined();
    expect([...cloud.objects]).toEqual([]);
  });

  test("takes an import back", async () => {
    cloud.script = { lines: ['{"sentence":"Took back."}'], exitCode: 0 };
    expect(await start({ does: "undo", schema: "blog", dryRun: true })).toMatchObject({ exitCode: 0 });
    expect(job()).toEqual({ does: "undo", schema: "blog", dryRun: true });
  });

  test("ends with the task's exit code and its sentence", async () => {
    cloud.script = { lines: ["looking", '{"error":"The file is damaged."}'], exitCode: 1 };
    expect(await run()).toEqual({ sentence: "The file is damaged.", exitCode: 1 });
    cloud.patience.logDelayMs = 50;
    cloud.script = { lines: ["looking"], exitCode: 137, stoppedReason: "OutOfMemoryError" };
    const killed = await run();
    expect(killed.exitCode).toBe(137);
    expect(killed.sentence).toContain("ended with exit code 137 and without a result: OutOfMemoryError");
    expect([...cloud.objects]).toEqual([]);
  });

  test("says why a task never started", async () => {
    const stoppedReason = "CannotPullContainerError";
    cloud.script = { lines: [], exitCode: undefined, stopCode: "TaskFailedToStart", stoppedReason };
    expect(await run()).toEqual({
      sentence: "The import never started: CannotPullContainerError. Nothing was imported.",
      exitCode: 1,
    });
  });

  test("does not say that nothing was imported by a task that started and has no exit code", async () => {
    cloud.patience.logDelayMs = 50;
    cloud.script = { lines: ["looking"], exitCode: undefined, stoppedReason: "Host EC2 terminated" };
    expect(await run()).toEqual({
      sentence:
        "The import ended without an exit code and without a result: Host EC2 terminated. The same command again finds out whether it was committed.",
      exitCode: 1,
    });
  });

  test("says nothing of a task that AWS does not find at the moment", async () => {
    cloud.script = { lines: ['{"sentence":"Imported."}'], exitCode: 0, endless: true };
    cloud.refuse = () => {
      if (!cloud.script.endless || !said.includes("The task is running.")) return;
      cloud.unknownFor = 1;
      delete cloud.script.endless;
    };
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(cloud.unknownFor).toBeLessThan(1);
    expect(said.filter((line) => line.startsWith("The task is"))).toEqual(["The task is running."]);
  });
});

describe("what is refused before anything leaves the machine", () => {
  test.each([
    ["no such file", path.join(folder, "nowhere.sqlite"), "There is no file"],
    ["no SQLite file", import.meta.filename, "does not start as an SQLite database does"],
  ])("%s", async (_what, wrong, sentence) => {
    await expect(run({ file: wrong })).rejects.toThrow(sentence);
    expect(cloud.asked).toEqual([]);
  });

  test("uploads that are no folder", async () => {
    await expect(run({ uploads: file })).rejects.toThrow("is not a folder");
    expect(cloud.asked).toEqual([]);
  });

  test("a second import at once, with how to look at the first", async () => {
    cloud.others = [[somebodyElses("RUNNING")]];
    await expect(run()).rejects.toThrow(
      /An import into the stack prod is running already; `aws logs tail capstone-prod-tasks --log-stream-names import\/import\/ffff /,
    );
    expect(cloud.asked).toEqual(["ListTasksCommand", "DescribeTasksCommand"]);
  });

  test("but none because of an import that has just ended", async () => {
    cloud.others = [[somebodyElses("STOPPED")]];
    expect(await run()).toMatchObject({ exitCode: 0 });
  });
});

describe("what goes wrong on the way", () => {
  test.each([
    ["ListTasksCommand", "AWS cannot be asked about the stack prod: no credentials. Nothing was imported."],
    ["RunTaskCommand", "The import could not be started: no credentials. Nothing was imported."],
  ])("%s refused is one sentence, and nothing stays", async (refused, sentence) => {
    cloud.refuse = (command) => {
      if (command === refused) throw new Error("no credentials");
    };
    await expect(run()).rejects.toThrow(new PersonError(sentence));
    expect([...cloud.objects]).toEqual([]);
  });

  test("another import that began meanwhile: nothing is started, and the file is taken away", async () => {
    cloud.others = [[], [somebodyElses("PROVISIONING")]];
    await expect(run()).rejects.toThrow("is running already");
    expect(cloud.asked).toContain("PutObjectCommand");
    expect(cloud.started).toEqual([]);
    expect([...cloud.objects]).toEqual([]);
  });

  test("a bucket that refuses: says so, and takes away what had arrived", async () => {
    cloud.refuse = (command) => {
      if (command === "PutObjectCommand" && cloud.objects.size === 1) throw new Error("Access Denied");
    };
    await expect(run()).rejects.toThrow(
      "The file cannot be brought to the bucket capstone-imports-prod-123456789012: Access Denied. Nothing was imported.",
    );
    expect(cloud.started).toEqual([]);
    expect([...cloud.objects]).toEqual([]);
  });

  test("Ctrl-C while the file is brought: nothing is started", async () => {
    cloud.refuse = (command) => {
      if (command === "PutObjectCommand") interruption.abort();
    };
    await expect(run()).rejects.toThrow("Interrupted before anything was started");
    expect(cloud.started).toEqual([]);
    expect([...cloud.objects]).toEqual([]);
  });

  test("Ctrl-C while the task runs: says what still runs, stops it and waits for its end", async () => {
    cloud.patience.logDelayMs = 50;
    cloud.script = { lines: ["reading t"], exitCode: 0, endless: true };
    cloud.refuse = (command) => {
      if (command === "GetLogEventsCommand" && said.includes("reading t")) interruption.abort();
    };
    const outcome = await run();
    expect(cloud.stopped).toBe(true);
    expect(outcome.exitCode).toBe(130);
    expect(outcome.sentence).toContain("The import was stopped and runs no more.");
    expect(said.join("\n")).toContain(
      `Interrupted: the import's task still runs and is being stopped; \`aws ecs stop-task --cluster ${task.clusterArn} --task ${taskArn}`,
    );
    expect([...cloud.objects]).toEqual([]);
  });

  test("a connection that is lost for good: says how to look at the task again, and leaves it its file", async () => {
    cloud.patience.silenceMs = 200;
    cloud.script = { lines: ["reading t"], exitCode: 0, endless: true };
    cloud.refuse = (command) => {
      if (command === "DescribeTasksCommand" && said.includes("reading t"))
        throw new Error("getaddrinfo ENOTFOUND ecs.eu-central-1.amazonaws.com");
    };
    await expect(run()).rejects.toThrow(
      /The import goes on, .*ENOTFOUND.*`aws logs tail capstone-prod-tasks --log-stream-names import\/import\/0123abcd .*the same command again says whether it was imported/,
    );
    expect(cloud.stopped).toBe(false);
    expect(cloud.objects.size).toBe(2);
  });

  test("a connection that comes back in time does no harm", async () => {
    let lost = 3;
    cloud.refuse = (command) => {
      if (command === "DescribeTasksCommand" && cloud.asked.length > 5 && lost-- > 0) throw new Error("lost");
    };
    cloud.script = { lines: ["a", "b", "c", '{"sentence":"Imported."}'], exitCode: 0 };
    expect(await run()).toEqual({ sentence: "Imported.", exitCode: 0 });
    expect(lost).toBeLessThan(1);
    expect(said.filter((line) => /^[abc]$/.test(line))).toEqual(["a", "b", "c"]);
  });

  test("what cannot be taken away is said, and leaves by the bucket's rule", async () => {
    cloud.refuse = (command) => {
      if (command === "ListObjectVersionsCommand") throw new Error("Access Denied");
    };
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(said.at(-1)).toMatch(/cannot be removed now \(Access Denied\); the bucket's rule does that/);
  });
});

test("a large file goes in parts and comes out whole; what fails between them leaves none", async () => {
  const large = path.join(folder, "large");
  writeFileSync(large, "begin");
  truncateSync(large, 5000);
  const parcel = new Parcel(cloud.clients.s3, task.bucketName, 2000);
  const { signal } = interruption;
  const sent: number[] = [];
  await parcel.putFile("file", large, signal, (bytes) => sent.push(bytes));
  const sha = (contents: Buffer) => createHash("sha256").update(contents).digest("hex");
  expect(sha([...cloud.objects.values()][0] ?? Buffer.of())).toBe(sha(readFileSync(large)));
  expect(sent.slice(0, 3)).toEqual([2000, 4000, 5000]);
  cloud.refuse = (command) => {
    if (command === "CompleteMultipartUploadCommand") throw new Error("lost");
  };
  await expect(parcel.putFile("file", large, signal)).rejects.toThrow("lost");
  expect(cloud.asked.at(-1)).toBe("AbortMultipartUploadCommand");
  for (const name of cloud.asked) asked.add(name);
});

test("a file that becomes shorter while it is uploaded is not uploaded as something else", async () => {
  const shrinking = path.join(folder, "shrinking");
  writeFileSync(shrinking, Buffer.alloc(5000, "a"));
  const parcel = new Parcel(cloud.clients.s3, task.bucketName, 2000);
  cloud.refuse = (command) => {
    if (command === "CreateMultipartUploadCommand") truncateSync(shrinking, 3000);
  };
  await expect(parcel.putFile("file", shrinking, interruption.signal)).rejects.toThrow(
    `${shrinking} had 5000 bytes and became shorter while it was uploaded`,
  );
  expect([...cloud.objects]).toEqual([]);
});

/** The permission that AWS asks for, where it is not named like the call. */
const permissions: Record<string, string> = {
  CreateMultipartUpload: "s3:PutObject",
  UploadPart: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  PutObject: "s3:PutObject",
  AbortMultipartUpload: "s3:AbortMultipartUpload",
  ListObjectVersions: "s3:ListBucketVersions",
  DeleteObjects: "s3:DeleteObjectVersion",
  GetLogEvents: "logs:GetLogEvents",
};
/** What comes with handing a role to a task, and with the bucket's key. */
const implied = ["iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"];

test("docs/aws.md names every right that the command uses, and no other", () => {
  const used = [...asked].map((name) => {
    const call = name.replace(/Command$/, "");
    return permissions[call] ?? `ecs:${call}`;
  });
  expect(importRights().toSorted()).toEqual([...new Set([...used, ...implied])].toSorted());
});
