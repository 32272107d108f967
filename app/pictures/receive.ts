import type { Readable } from "node:stream";
import { Problem } from "../problem.ts";
import { largestPictureBytes } from "./picture.ts";

/** A sender that is silent for this long is disconnected. */
const stallMs = 10_000;
/** Nor may it trickle. */
const longestMs = 60_000;
/** What all uploads that are under way may hold in memory. */
const mostBytes = 40 * 1024 * 1024;
/** How long an upload is left alone, however scarce memory is. */
const graceMs = 2_000;
/** Of one account at once. */
const mostPerAccount = 3;

interface Upload {
  accountId: string;
  bytes: number;
  startedAtMs: number;
  /** Ends it from outside; undefined once it has arrived. */
  giveUp: ((problem: Problem) => void) | undefined;
}

/**
 * Receives uploads into memory. What counts is the memory they hold and not how many there are, so nobody takes
 * another's turn by sending slowly: where memory is short, whoever has been sending for longest is sent away.
 */
export class Reception {
  private readonly uploads = new Set<Upload>();

  /**
   * Receives a body and hands it on; its memory counts until `use` is done with it.
   * @throws Problem 408, 413, 429 or 503; else what `use` throws.
   */
  async receive<T>(
    source: Readable,
    { accountId, declaredBytes }: { accountId: string; declaredBytes: number | undefined },
    use: (bytes: Buffer) => Promise<T>,
  ): Promise<T> {
    if (declaredBytes !== undefined && declaredBytes > largestPictureBytes) throw tooLarge();
    const upload: Upload = { accountId, bytes: 0, startedAtMs: performance.now(), giveUp: undefined };
    if ([...this.uploads].filter((other) => other.accountId === accountId).length >= mostPerAccount) {
      throw new Problem(429, "too-many-requests", `${mostPerAccount} uploads of yours are under way.`, {
        retryAfterSeconds: 2,
      });
    }
    this.uploads.add(upload);
    try {
      return await use(await this.collect(source, upload));
    } finally {
      this.uploads.delete(upload);
    }
  }

  private async collect(source: Readable, upload: Upload): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const listening = new AbortController();
    const on = (event: string, listener: (chunk: Buffer) => void) => {
      source.on(event, listener);
      listening.signal.addEventListener("abort", () => source.off(event, listener));
    };
    const timers: NodeJS.Timeout[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        upload.giveUp = reject;
        const stalled = () => reject(new Problem(408, "upload-stalled", "The image did not arrive in time."));
        const silence = setTimeout(stalled, stallMs);
        timers.push(silence, setTimeout(stalled, longestMs));
        on("data", (chunk) => {
          silence.refresh();
          upload.bytes += chunk.length;
          if (upload.bytes > largestPictureBytes) reject(tooLarge());
          else if (!this.hasRoom(upload)) reject(busy());
          else chunks.push(chunk);
        });
        on("end", () => resolve());
        for (const event of ["error", "close"])
          on(event, () => reject(new Problem(400, "upload-broken-off", "The upload broke off.")));
      });
    } finally {
      listening.abort();
      for (const timer of timers) clearTimeout(timer);
      upload.giveUp = undefined;
    }
    return Buffer.concat(chunks);
  }

  /** Whether what this upload has received so far still fits, if need be in place of a slower one. */
  private hasRoom(upload: Upload): boolean {
    const held = [...this.uploads].reduce((sum, { bytes }) => sum + bytes, 0);
    if (held <= mostBytes) return true;
    const longest = [...this.uploads]
      .filter((other) => other.giveUp && performance.now() - other.startedAtMs > graceMs)
      .sort((one, other) => one.startedAtMs - other.startedAtMs)[0];
    if (longest === undefined || longest === upload) return false;
    longest.bytes = 0;
    longest.giveUp?.(busy());
    return true;
  }
}

const tooLarge = () =>
  new Problem(
    413,
    "image-too-large",
    `An image may have ${largestPictureBytes / 1024 / 1024} MiB at most; send a smaller copy.`,
  );

const busy = () =>
  new Problem(503, "overloaded", "This node receives too many images at once.", { retryAfterSeconds: 5 });
