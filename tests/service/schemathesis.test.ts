import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonOf } from "../../infra/policy/python-tool.ts";
import { newPerson } from "./support/client.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

const tool = { name: "schemathesis", version: "4.32.5" };
/** More finds more: SCHEMATHESIS_SECONDS=600 is for an evening. */
const seconds = Number(process.env.SCHEMATHESIS_SECONDS ?? 40);

let node: Node;
let python: string;
let directory: string;

beforeAll(async () => {
  python = await pythonOf(tool);
  directory = await mkdtemp(path.join(tmpdir(), "capstone-schemathesis-"));
  const plenty = { count: 1_000_000, windowSeconds: 60 };
  const deployment = await newDeployment({
    writesPerAccount: plenty,
    uploadsPerAccount: plenty,
    exportsPerAccount: plenty,
    signUpsPerAddress: plenty,
    sessionsPerAddress: plenty,
    logInFailuresPerAccountAndAddress: plenty,
    logInFailuresPerAccount: plenty,
    logInFailuresPerAddress: plenty,
  });
  node = await startNode(settingsOf(deployment, "app-1"));
});

afterAll(async () => {
  await node.close();
  await rm(directory, { recursive: true, force: true });
});

/** What of its report is looked at. */
interface Report {
  operations: { tested: number };
  test_cases: { generated: number };
  failures: { title: string; operations: string[] }[];
}

test("schemathesis finds no answer that the API's description does not allow", {
  timeout: 300_000,
}, async () => {
  const { token } = await newPerson(node.url);
  const settings = `[auth.openapi.accessToken]\nbearer = "${token}"\n`;
  await writeFile(path.join(directory, "schemathesis.toml"), settings);
  const report = path.join(directory, "report.json");
  const args = [
    ...["-m", "schemathesis.cli", "run", `${node.url}/openapi.json`, "--report-json-path", report],
    // It would end the session that everything else is asked with.
    ...["--exclude-operation-id", "logOut"],
    // A schema cannot say that a password is no known one, or that a post shows something.
    ...["--exclude-checks", "positive_data_acceptance"],
    ...["--max-examples", "20", "--max-time", String(seconds), "--continue-on-failure", "--no-shrink"],
    ...["--no-color", "--generation-deterministic"],
  ];
  const { stdout } = await promisify(execFile)(python, args, {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
    // It ends with 1 where it found something, which the report says.
  }).catch((error: { stdout: string }) => error);
  const found: Report = JSON.parse(await readFile(report, "utf8"));
  const failures = found.failures.map(({ title, operations }) => `${title}: ${operations.join(", ")}`);
  expect(failures, stdout).toEqual([]);
  // How many cases that is, depends on the machine: on one that is free many hundred, on a busy one a few for each.
  expect(found.operations.tested).toBe(23);
  expect(found.test_cases.generated).toBeGreaterThan(23);
  console.log(`schemathesis: ${found.test_cases.generated} cases in ${seconds} s at most`);
});
