import type { JobRun } from "../../infra/docker/steps/run-job.ts";
import { readDeployment } from "../../running-stack/pulumi/deployment.ts";

/** The steps of a deployment that leave something in the database. */
const names = ["migration", "database-monitor"];

/**
 * As they were last deployed, to be run once more: a database of an earlier moment may lack migrations, logins and
 * passwords that this release has since been given.
 */
export async function databaseJobs(stack: string): Promise<JobRun[]> {
  const { deployment } = (await readDeployment(stack)) as {
    deployment: { resources?: { type: string; urn?: string; inputs?: { run?: JobRun } }[] };
  };
  return (deployment.resources ?? []).flatMap(({ type, urn, inputs }) => {
    const isOne = type.endsWith(":Job") && names.includes(urn?.split("::").at(-1) ?? "");
    return isOne && inputs?.run ? [inputs.run] : [];
  });
}
