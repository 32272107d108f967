import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

/** As many as S3 takes of an object. */
const mostParts = 10_000;

/** What one import brings into the bucket, under a prefix of its own, and takes away again. */
export class Parcel {
  /** Of the keys of all its objects. */
  readonly prefix =
    `${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}-${randomBytes(8).toString("hex")}/`;
  private readonly s3: S3Client;
  private readonly bucket: string;
  private readonly leastPartBytes: number;

  constructor(s3: S3Client, bucket: string, leastPartBytes = 32 * 1024 * 1024) {
    this.s3 = s3;
    this.bucket = bucket;
    this.leastPartBytes = leastPartBytes;
  }

  async putText(object: string, text: string, signal: AbortSignal): Promise<void> {
    await this.putWhole(object, Buffer.from(text), signal);
  }

  /**
   * @param sent is told the bytes that have arrived so far, after each part.
   * @throws Error when the file becomes shorter meanwhile.
   */
  async putFile(
    object: string,
    file: string,
    signal: AbortSignal,
    sent: (bytes: number) => void = () => {},
  ): Promise<void> {
    await using handle = await open(file);
    const { size } = await handle.stat();
    const partBytes = Math.max(this.leastPartBytes, Math.ceil(size / mostParts));
    const read = async (position: number) => {
      const buffer = Buffer.alloc(Math.min(partBytes, size - position));
      for (let filled = 0; filled < buffer.length; ) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0)
          throw new Error(`${file} had ${size} bytes and became shorter while it was uploaded`);
        filled += bytesRead;
      }
      return buffer;
    };
    if (size <= partBytes) await this.putWhole(object, await read(0), signal);
    else await this.putInParts(object, { size, partBytes, read, sent }, signal);
    sent(size);
  }

  /** Removes all that is there, for good: the bucket keeps versions, and what was refused here may have arrived. */
  async remove(): Promise<void> {
    const place = { Bucket: this.bucket };
    for (;;) {
      const listed = await this.s3.send(new ListObjectVersionsCommand({ ...place, Prefix: this.prefix }));
      const Objects = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map(
        ({ Key, VersionId }) => ({ Key, VersionId }),
      );
      if (Objects.length === 0) return;
      const Delete = { Objects, Quiet: true };
      const { Errors = [] } = await this.s3.send(new DeleteObjectsCommand({ ...place, Delete }));
      if (Errors[0]) throw new Error(`${Errors[0].Key}: ${Errors[0].Message}`);
    }
  }

  private async putWhole(object: string, Body: Buffer, abortSignal: AbortSignal): Promise<void> {
    const place = { Bucket: this.bucket, Key: `${this.prefix}${object}` };
    await this.s3.send(new PutObjectCommand({ ...place, Body }), { abortSignal });
  }

  private async putInParts(
    object: string,
    file: {
      size: number;
      partBytes: number;
      read: (position: number) => Promise<Buffer>;
      sent: (bytes: number) => void;
    },
    abortSignal: AbortSignal,
  ): Promise<void> {
    const place = { Bucket: this.bucket, Key: `${this.prefix}${object}` };
    const { UploadId } = await this.s3.send(new CreateMultipartUploadCommand(place), { abortSignal });
    try {
      const Parts: CompletedPart[] = [];
      for (let position = 0; position < file.size; position += file.partBytes) {
        const PartNumber = Parts.length + 1;
        const Body = await file.read(position);
        const part = { ...place, UploadId, PartNumber, Body };
        const { ETag } = await this.s3.send(new UploadPartCommand(part), { abortSignal });
        Parts.push({ ETag, PartNumber });
        file.sent(position + Body.length);
      }
      const whole = { ...place, UploadId, MultipartUpload: { Parts } };
      await this.s3.send(new CompleteMultipartUploadCommand(whole), { abortSignal });
    } catch (error) {
      // Where this fails too, the bucket's own rule removes the parts after a day.
      await this.s3.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
      throw error;
    }
  }
}
