import { type JobRun, runJob } from "../infra/docker/run-job.ts";
import { readDeployment } from "../setup/deployment.ts";

/** The steps of a deployment that leave something in the database. */
const names = ["migration", "database-monitor"];

/**
 * Runs them once more, as they were last deployed: a database of an earlier moment may lack migrations, logins and
 * passwords that this release has since been given.
 */
export async function runDatabaseJobs(stack: string): Promise<void> {
  const { deployment } = (await readDeployment(stack)) as {
    deployment: { resources?: { type: string; urn?: string; inputs?: { run?: JobRun } }[] };
  };
  for (const { type, urn, inputs } of deployment.resources ?? []) {
    const isOne = type.endsWith(":Job") && names.includes(urn?.split("::").at(-1) ?? "");
    if (isOne && inputs?.run) await runJob(inputs.run);
  }
}
