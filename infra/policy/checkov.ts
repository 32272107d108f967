import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { pythonOf } from "./python-tool.ts";
import type { GraphResource } from "./resource-graph/collect.ts";
import type { Suppression } from "./suppressions.ts";
import { terraformJson } from "./terraform-json.ts";

const tool = { name: "checkov", version: "3.3.30" };

/** A finding of checkov about one resource. */
export interface CheckovFinding {
  check: string;
  resource: string;
  name: string;
}

export interface CheckovReport {
  passed: number;
  failed: CheckovFinding[];
}

/**
 * Runs checkov over the AWS part of a graph, written as Terraform's JSON.
 * @throws PersonError when checkov is not available or does not run.
 */
export async function runCheckov(resources: GraphResource[]): Promise<CheckovReport> {
  const python = await pythonOf(tool);
  const folder = await mkdtemp(join(tmpdir(), "capstone-checkov-"));
  try {
    await writeFile(join(folder, "stack.tf.json"), JSON.stringify(terraformJson(resources)));
    const args = ["--directory", folder, "--framework", "terraform_json", "--output", "json", "--soft-fail"];
    const checkov = join(dirname(python), "checkov");
    // Without its download of texts, which a closed network refuses after a while.
    const { stdout } = await run(python, [checkov, ...args, "--skip-download", "--quiet", "--compact"]);
    return readReport(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readReport(text: string): CheckovReport {
  const { results, summary } = JSON.parse(text) as {
    results: {
      failed_checks: {
        check_id: string;
        check_name: string;
        resource: string;
        check_class: string;
        file_line_range: number[];
      }[];
    };
    summary: { passed: number };
  };
  const failed = results.failed_checks.map(({ check_id: check, check_name: name, resource }) => ({
    check,
    name,
    resource,
  }));
  return { passed: summary.passed, failed };
}

async function run(file: string, args: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(file, args, {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LOG_LEVEL: "ERROR" },
  });
}

/** Failures without an explanation, and explanations without a failure. */
export function evaluate(report: CheckovReport, suppressions: Suppression[]) {
  const same = (finding: CheckovFinding, suppression: Suppression) =>
    finding.check === suppression.check && nameOf(finding.resource) === nameOf(suppression.resource);
  return {
    unexplained: report.failed.filter(
      (finding) => !suppressions.some((suppression) => same(finding, suppression)),
    ),
    unneeded: suppressions.filter(
      (suppression) => !report.failed.some((finding) => same(finding, suppression)),
    ),
  };
}

/** checkov leaves the type out of what it read as JSON, in some of its checks. */
function nameOf(resource: string): string {
  return resource.split(".").at(-1) ?? resource;
}
