import { readFile } from "node:fs/promises";
import path from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PersonError } from "../../errors.ts";
import { projectRoot } from "../../project.ts";
import { contentTypeOf, filesIn, staticCacheControl } from "../../static-files.ts";

export interface StaticFilesUpload {
  /** Relative to the project's root. */
  folder: string;
  prefix: string;
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

/**
 * Puts every file of the folder under the prefix. Done again, it leaves the same.
 * @throws PersonError that names the file and the object store's reason.
 */
export async function putStaticFiles(upload: StaticFilesUpload): Promise<void> {
  const { endpoint, region, accessKey, secretKey } = upload;
  const s3 = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    maxAttempts: 5,
  });
  try {
    for (const file of filesIn(upload.folder)) await putFile(s3, upload, file);
  } finally {
    s3.destroy();
  }
}

async function putFile(
  s3: S3Client,
  { folder, prefix, bucket }: StaticFilesUpload,
  file: string,
): Promise<void> {
  const object = {
    Bucket: bucket,
    Key: `${prefix}${file}`,
    Body: await readFile(path.join(projectRoot, folder, file)),
    ContentType: contentTypeOf(file),
    CacheControl: staticCacheControl,
  };
  await s3.send(new PutObjectCommand(object)).catch((error: Error) => {
    throw new PersonError(`${folder}/${file} cannot be put into the object store: ${error.message}.`);
  });
}
