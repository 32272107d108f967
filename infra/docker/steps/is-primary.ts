import { docker } from "./docker-client.ts";

/** Whether the database node in this container reports being primary. */
export async function isPrimary(container: string): Promise<boolean> {
  const query = ["curl", "--silent", "--fail", "--max-time", "3", "--output", "/dev/null"];
  const response = await docker(["exec", container, ...query, "http://127.0.0.1:8008/primary"]);
  return response.exitCode === 0;
}
