import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { userIds } from "../../../infra/topology.ts";
import type { Belongings } from "./belongings.ts";
import { writeSecrets } from "./secret-volume.ts";
import { startFromStackImage } from "./stack-image.ts";

const start = readFileSync(new URL("start-database", import.meta.url), "utf8");
const programs = "PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/tmp/data";

/** A Postgres that can be away. */
export interface TestDatabase {
  serviceUrl: string;
  ownerUrl: string;
  /** At once, as a crash: every connection is cut, and new ones are refused. */
  stop(): Promise<void>;
  /** Ends when it takes connections again. */
  start(): Promise<void>;
}

export async function startDatabase(
  belongings: Belongings,
  network: string,
  service: string,
): Promise<TestDatabase> {
  const passwords = { owner: newPassword(), service: newPassword() };
  const secrets = await writeSecrets(belongings, "database", userIds.database, {
    "owner-password": passwords.owner,
    "application-password": passwords.service,
  });
  const container = await startFromStackImage(belongings, "database", {
    network,
    secrets,
    environment: {},
    command: ["bash", "-c", start, "bash", service],
  });
  const run = (command: string) => readDocker(["exec", container, "bash", "-c", `${programs} ${command}`]);
  const url = (user: string, password: string) => `postgresql://${user}:${password}@database:5432/${service}`;
  return {
    serviceUrl: url(service, passwords.service),
    ownerUrl: url(`${service}_owner`, passwords.owner),
    stop: async () => void (await run("pg_ctl --silent --mode immediate stop")),
    start: async () => void (await run("pg_ctl --wait --silent --log /tmp/log start")),
  };
}

function newPassword(): string {
  return randomBytes(18).toString("hex");
}
