import { readFileSync } from "node:fs";
import { PersonError } from "../../infra/errors.ts";
import type { ImportTarget } from "../target/import-target.ts";

export interface TaskSettings {
  target: ImportTarget;
  /** The bucket that the job is in, and its region. */
  bucket: string;
  region: string;
}

/** What the task's definition tells it. @throws PersonError that names the variable that is missing. */
export function readTaskSettings(environment: NodeJS.ProcessEnv): TaskSettings {
  const read = (name: string) => {
    const value = environment[name];
    if (!value) throw new PersonError(`The variable ${name} is not set: the task's definition has to.`);
    return value;
  };
  const database = new URL(read("DATABASE_URL"));
  const region = read("OBJECT_STORE_REGION");
  const certificates = environment.DATABASE_CA_FILE;
  return {
    region,
    bucket: read("IMPORT_BUCKET"),
    target: {
      assetsUrl: read("ASSETS_URL"),
      database: {
        host: database.hostname,
        port: Number(database.port || 5432),
        database: decodeURIComponent(database.pathname.slice(1)),
        user: decodeURIComponent(database.username),
        password: read("DATABASE_PASSWORD"),
        certificateAuthority: certificates ? readFileSync(certificates, "utf8") : undefined,
        settings: { application_name: "capstone import" },
      },
      // The task's role opens it.
      objectStore: {
        bucket: read("OBJECT_STORE_BUCKET"),
        region,
        endpoint: undefined,
        credentials: undefined,
      },
    },
  };
}
