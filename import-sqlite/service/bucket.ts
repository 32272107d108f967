import path from "node:path";
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PersonError } from "../../infra/errors.ts";
import { publishedImage } from "./images.ts";
import type { Scratch } from "./scratch.ts";

export interface BucketSettings {
  bucket: string;
  region: string;
  /** Absent on AWS, where the region says it. */
  endpoint: string | undefined;
  /** Absent on AWS, where the person's own are used. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
}

/** When a node of the store dies, its first request takes some five seconds. */
const mostAttempts = 8;

/**
 * Puts images into the bucket. Keys name contents, so an existing object is the same; those that this import added can
 * be removed again.
 */
export class Bucket {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly added: string[] = [];

  constructor({ bucket, region, endpoint, credentials }: BucketSettings) {
    this.bucket = bucket;
    this.client = new S3Client({
      region,
      maxAttempts: mostAttempts,
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(credentials ? { credentials } : {}),
      // Garage, like other stores, refuses the checksums that the SDK would add.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /** All images of the folder, and each avatar under its account. @throws PersonError when the store does not take one. */
  async putAll(scratch: Scratch, directory: string): Promise<void> {
    const images = scratch.rows("select path, key, media_type from images order by path");
    const avatars = scratch.rows(
      "select avatar, avatar_key, media_type from accounts join images on path = avatar order by avatar_key",
    );
    for (const rows of [images, avatars]) {
      for (const [file, key, mediaType] of rows)
        await this.put(directory, String(file), String(key), String(mediaType));
    }
  }

  /** Puts back what a committed import is missing. @returns How many images that were. */
  async repair(
    images: { path: string; key: string; mediaType: string }[],
    directory: string,
  ): Promise<number> {
    for (const { path: file, key, mediaType } of images) await this.put(directory, file, key, mediaType);
    return this.added.splice(0).length;
  }

  /** Removes objects. What cannot be removed is left: nothing names it any more. @returns How many went. */
  async remove(keys: readonly string[]): Promise<number> {
    let removed = 0;
    for (const Key of keys) {
      const sent = this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
      await sent.then(() => removed++).catch(() => {});
    }
    return removed;
  }

  /** Removes what this import added. */
  async removeAdded(): Promise<void> {
    for (const Key of this.added.splice(0)) {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key })).catch(() => {});
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async put(directory: string, file: string, Key: string, ContentType: string): Promise<void> {
    const place = { Bucket: this.bucket, Key };
    try {
      if (await this.has(place)) return;
      this.added.push(Key);
      await this.client.send(
        new PutObjectCommand({
          ...place,
          Body: (await publishedImage(path.join(directory, file))).full,
          ContentType,
          CacheControl: "public, max-age=31536000, immutable",
        }),
      );
    } catch (error) {
      throw new PersonError(
        `The image ${file} cannot be put into the bucket ${this.bucket}: ${(error as Error).message}. Nothing was imported.`,
      );
    }
  }

  private async has(place: { Bucket: string; Key: string }): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand(place));
      return true;
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
        return false;
      throw error;
    }
  }
}
