import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { objectStoreRegion, userIds } from "../../../infra/topology.ts";
import type { Belongings } from "./belongings.ts";
import { writeSecrets } from "./secret-volume.ts";
import { startFromStackImage } from "./stack-image.ts";

const start = readFileSync(new URL("start-object-store", import.meta.url), "utf8");

export interface TestObjectStore {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

export async function startObjectStore(belongings: Belongings, network: string): Promise<TestObjectStore> {
  const accessKey = `GK${randomBytes(12).toString("hex")}`;
  const secretKey = randomBytes(32).toString("hex");
  const bucket = "uploads";
  const secrets = await writeSecrets(belongings, "object-store", userIds.objectStore, {
    "access-key": accessKey,
    "secret-key": secretKey,
  });
  await startFromStackImage(belongings, "object-store", {
    network,
    secrets,
    environment: { BUCKET: bucket },
    command: ["bash", "-c", start],
  });
  return { endpoint: "http://object-store:3900", region: objectStoreRegion, bucket, accessKey, secretKey };
}
