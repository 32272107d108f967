import { createWriteStream, mkdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type CarriedFile, type ImportJob, jobObject } from "./job.ts";

/** Where the objects of a job are. */
export interface JobPlace {
  s3: S3Client;
  bucket: string;
  prefix: string;
}

export async function fetchJob(place: JobPlace): Promise<ImportJob> {
  const object = await getObject(place, jobObject);
  return JSON.parse((await object.Body?.transformToString()) ?? "") as ImportJob;
}

/** Puts files into a folder as they were where they came from. */
export async function fetchFiles(
  place: JobPlace,
  files: CarriedFile[],
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [index, file] of files.entries()) {
    if (index > 0 && index % 1000 === 0) say(`fetched ${index} of ${files.length} files`);
    await fetchFile(place, file, path.join(folder, file.path));
  }
}

async function fetchFile(
  place: JobPlace,
  { bytes, modifiedMs, object }: CarriedFile,
  target: string,
): Promise<void> {
  mkdirSync(path.dirname(target), { recursive: true });
  if (object === undefined) {
    // Of what cannot be an image, for its size, only that is told.
    writeFileSync(target, "");
    truncateSync(target, bytes);
  } else {
    const { Body } = await getObject(place, object);
    await pipeline(Body as Readable, createWriteStream(target));
  }
  utimesSync(target, modifiedMs / 1000, modifiedMs / 1000);
}

function getObject({ s3, bucket, prefix }: JobPlace, object: string) {
  return s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${object}` }));
}
