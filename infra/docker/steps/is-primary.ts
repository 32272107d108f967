import { docker } from "./docker-client.ts";

/** Whether the database node in this container reports being primary. */
export function isPrimary(container: string): Promise<boolean> {
  return answers(container, "primary");
}

/** Whether it reports being a replica that runs. */
export function isReplica(container: string): Promise<boolean> {
  return answers(container, "replica");
}

/** Patroni answers each of its roles with 200 where it is that. */
async function answers(container: string, role: "primary" | "replica"): Promise<boolean> {
  const query = ["curl", "--silent", "--fail", "--max-time", "3", "--output", "/dev/null"];
  const response = await docker(["exec", container, ...query, `http://127.0.0.1:8008/${role}`]);
  return response.exitCode === 0;
}
