import type { Socket } from "node:net";
import { message } from "./messages.ts";

/** Chunks that are on their way at once; while they are, the next is being encoded. */
const inFlightAtMost = 3;

/** Rows on their way into a table. The sender waits when the server does not keep up. */
export class CopyIn {
  private readonly socket: Socket;
  private readonly finished: Promise<unknown>;
  private readonly inFlight: Promise<void>[] = [];
  private failure: Error | undefined;

  constructor(socket: Socket, finished: Promise<unknown>) {
    this.socket = socket;
    this.finished = finished;
    finished.catch((error: Error) => {
      this.failure = error;
    });
  }

  /**
   * Sends a whole CopyData message. Resolves when one more may be filled: with `inFlightAtMost + 1` buffers in turn,
   * the one that was sent longest ago is then free.
   * @throws What the server or the connection failed with.
   */
  async write(chunk: Buffer): Promise<void> {
    this.inFlight.push(
      new Promise((resolve) => {
        this.socket.write(chunk, () => resolve());
      }),
    );
    if (this.inFlight.length >= inFlightAtMost) {
      await Promise.race([this.inFlight.shift(), this.finished.catch(() => {})]);
    }
    if (this.failure) throw this.failure;
  }

  /** @throws What the server refuses the rows with. */
  async end(): Promise<void> {
    this.socket.write(message("c"));
    await this.finished;
  }

  /** Takes the rows back. Resolves when the server has. */
  async cancel(reason: string): Promise<void> {
    this.socket.write(message("f", reason, "\0"));
    await this.finished.catch(() => {});
  }
}

export const buffersInTurn = inFlightAtMost + 1;
