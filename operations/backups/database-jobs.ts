import type { JobRun } from "../../infra/docker/steps/run-job.ts";
import { readDeployment } from "../../running-stack/pulumi/deployment.ts";

/** The deployment's jobs that change the database. */
const names = ["database-login", "migration", "database-monitor"];

/**
 * As last deployed, to be run once more: a restored database may be missing migrations, logins and passwords of this
 * release.
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
