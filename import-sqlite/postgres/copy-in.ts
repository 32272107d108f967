import { getDefaultHighWaterMark } from "node:stream";
import type { CopyStreamQuery } from "pg-copy-streams";
import { classify, type ServerRefusal, type SessionLost } from "./errors.ts";

/** One is being sent while the next is filled. */
export const buffersInTurn = 2;

/** A socket buffers less than this; such pieces are copied, since their buffer is reused. */
const socketBufferBytes = getDefaultHighWaterMark(false);

/**
 * Streams rows into a table. The sender waits when the server does not keep up. One call at a time: what pg-copy-streams
 * has queued when the server refuses, it would send on a connection that it has released.
 */
export class CopyIn {
  private readonly stream: CopyStreamQuery;
  private failure: ServerRefusal | SessionLost | undefined;
  private reject: (failure: Error) => void = () => {};

  constructor(stream: CopyStreamQuery) {
    this.stream = stream;
    stream.on("error", (error) => {
      this.failure ??= classify(error);
      this.reject(this.failure);
    });
  }

  /**
   * Sends a buffer of rows. Resolves when it may be filled again.
   * @throws What the server or the connection failed with.
   */
  write(rows: Buffer): Promise<void> {
    const chunk = rows.length < socketBufferBytes ? Buffer.from(rows) : rows;
    return this.step((done) => this.stream.write(chunk, done));
  }

  /** @throws What the server refuses the rows with. */
  end(): Promise<void> {
    return this.step((done) => this.stream.end(done));
  }

  /** Cancels the COPY. Resolves when the server has, or the connection is lost. */
  async cancel(reason: string): Promise<void> {
    if (this.failure) return;
    await new Promise((resolve) => this.stream.once("close", resolve).destroy(new Error(reason)));
  }

  /** The library's callbacks never come once the connection is lost; its "error" event does. */
  private step(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.reject = reject;
      if (this.failure) reject(this.failure);
      else begin(resolve);
    });
  }
}
