import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { remainingMs } from "./database/deadline.ts";
import { Problem } from "./problem.ts";
import type { ObjectStoreSettings } from "./settings/settings.ts";
import { type Tracing, untraced } from "./tracing/tracing.ts";

/** One attempt. The first PUT after a node of the store has died takes five seconds. */
const attemptMs = 8_000;
const connectMs = 1_000;
/** The limit of an upload, all attempts together. */
const budgetMs = 20_000;
const pauseMs = { first: 100, longest: 1_000 };

/** The bucket that keeps uploads. */
export class ObjectStore {
  private readonly settings: ObjectStoreSettings;
  private readonly tracing: Tracing;
  private client: Promise<S3Client> | undefined;

  constructor(settings: ObjectStoreSettings, tracing: Tracing = untraced) {
    this.settings = settings;
    this.tracing = tracing;
  }

  /** The object's public address. */
  publicUrl(key: string): string {
    return `${this.settings.assetsUrl}/${key}`;
  }

  /**
   * Stores an object, completely or not at all. The key names the content, so repeating an attempt, here or on another
   * node, changes nothing.
   * @throws Problem 503 when the store does not accept it in time.
   */
  async put(key: string, body: Buffer, mediaType: string): Promise<void> {
    const { PutObjectCommand } = await sdk();
    const command = new PutObjectCommand({
      Bucket: this.settings.bucket,
      Key: key,
      Body: body,
      ContentLength: body.length,
      ContentType: mediaType,
      CacheControl: "public, max-age=31536000, immutable",
    });
    const abortSignal = AbortSignal.timeout(Math.ceil(Math.min(budgetMs, remainingMs())));
    const attempt = async () => void (await (await this.connected()).send(command, { abortSignal }));
    for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.longest, pause * 2)) {
      try {
        await this.tracing.span("object store put", { "capstone.bytes": body.length }, attempt);
        return;
      } catch (error) {
        if (abortSignal.aborted) throw unavailable(error);
        // A refusal is not an outage: the operator has to know.
        if (isRefusal(error)) throw error;
      }
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }

  /** Removes objects; one that is not there is removed already. @throws Why the store did not do it. */
  async remove(keys: readonly string[]): Promise<void> {
    const { DeleteObjectCommand } = await sdk();
    for (const key of keys) {
      const command = new DeleteObjectCommand({ Bucket: this.settings.bucket, Key: key });
      await (await this.connected()).send(command, { abortSignal: AbortSignal.timeout(attemptMs) });
    }
  }

  /** @throws Why the store does not answer within `timeoutMs`, or refuses. */
  async ask(timeoutMs: number): Promise<void> {
    const { HeadBucketCommand } = await sdk();
    const command = new HeadBucketCommand({ Bucket: this.settings.bucket });
    await (await this.connected()).send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
  }

  async end(): Promise<void> {
    if (this.client) (await this.client).destroy();
  }

  /** The SDK is large: loaded only when something is stored. */
  private connected(): Promise<S3Client> {
    this.client ??= this.connect();
    return this.client;
  }

  private async connect(): Promise<S3Client> {
    const { S3Client } = await sdk();
    const { region, endpoint, credentials } = this.settings;
    return new S3Client({
      region,
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(credentials ? { credentials } : {}),
      // We retry ourselves, within the time limit.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: connectMs,
        requestTimeout: attemptMs,
        throwOnRequestTimeout: true,
      },
      // Garage, like other stores, refuses the checksums that the SDK would add.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }
}

/** Whether the store refused: it would do so again. */
function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function unavailable(cause: unknown): Problem {
  const problem = new Problem(503, "object-store-unavailable", "The image could not be stored; try again.", {
    retryAfterSeconds: 5,
  });
  problem.cause = cause;
  return problem;
}

function sdk() {
  return import("@aws-sdk/client-s3");
}
