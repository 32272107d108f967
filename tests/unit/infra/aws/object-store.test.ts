import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObjectStore } from "../../../../app/object-store.ts";
import { clientSettings, findMoto, type Moto, startMoto } from "./moto.ts";

// The service's own code against an S3 that is not Garage.
const found = await findMoto();
if ("missing" in found) console.warn(`Skipped: ${found.missing}`);
const bucket = "capstone-uploads-test";
let moto: Moto;
let admin: S3Client;
let store: ObjectStore;

beforeAll(async () => {
  if ("missing" in found) return;
  moto = await startMoto(found.python);
  const { endpoint, region, credentials } = clientSettings(moto);
  admin = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await admin.send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
    }),
  );
  store = new ObjectStore({ endpoint, region, credentials, bucket, assetsUrl: "https://assets.example" });
});
afterAll(async () => {
  if ("missing" in found) return;
  await store.end();
  admin.destroy();
  await moto.stop();
});

it.skipIf("missing" in found)("puts an object with its type and a cache that never asks again", async () => {
  await store.ask(5_000);
  await store.put("avatars/a/b.png", Buffer.from("bytes"), "image/png");
  const head = await admin.send(new HeadObjectCommand({ Bucket: bucket, Key: "avatars/a/b.png" }));
  expect(head).toMatchObject({
    ContentLength: 5,
    ContentType: "image/png",
    CacheControl: "public, max-age=31536000, immutable",
  });
});

it.skipIf("missing" in found)("passes on what S3 refuses, at once", async () => {
  const { endpoint, region, credentials } = clientSettings(moto);
  const elsewhere = new ObjectStore({
    endpoint,
    region,
    credentials,
    bucket: "no-such-bucket",
    assetsUrl: "x",
  });
  await expect(elsewhere.put("k", Buffer.from("x"), "image/png")).rejects.toThrow(/bucket/i);
  await elsewhere.end();
});
