import { inject } from "vitest";

/** An object as the bucket has it. */
export async function storedObject(
  key: string,
): Promise<{ bytes: Buffer; type: string; cacheControl: string }> {
  const { client, bucket, GetObjectCommand } = await openStore();
  const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  client.destroy();
  return { bytes, type: object.ContentType ?? "", cacheControl: object.CacheControl ?? "" };
}

export async function removeObject(key: string): Promise<void> {
  const { client, bucket, DeleteObjectCommand } = await openStore();
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  client.destroy();
}

async function openStore() {
  const { S3Client, ...commands } = await import("@aws-sdk/client-s3");
  const { endpoint, accessKey, secretKey, bucket } = inject("backends").objectStore;
  const client = new S3Client({
    region: "garage",
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  return { ...commands, client, bucket };
}
