import { asMe } from "./api.ts";
import type { Post } from "./api-types.ts";
import { Refusal, type Reply } from "./insist.ts";
import { keep, kept } from "./kept.ts";
import { oneTabAtATime } from "./one-tab.ts";
import { attemptOf, newKey } from "./request.ts";

/** A post that was sent and has no answer yet. It is kept with its key, so that a reload sends the same one. */
export interface Pending {
  key: string;
  body: string;
  sinceMs: number;
}

/** The service remembers a key for a day: after that the same post could be made twice. */
const longestMs = 23 * 60 * 60 * 1_000;

const isFresh = ({ sinceMs }: Pending) => Date.now() - sinceMs < longestMs;

/** In the place of an answer, once another attempt would not be safe. */
const gaveUp: Reply = {
  status: 410,
  retryAfter: null,
  body: {
    detail:
      "The service did not answer for 23 hours. See whether your post is there before you send it again.",
  },
};

/** What it is kept under. */
export const outboxOf = (handle: string) => `capstone.outbox.${handle}`;

interface Listener {
  onSaved: (pending: Pending, post: Post) => void;
  onRefused: (pending: Pending, refusal: Refusal) => void;
  /** Another tab was answered. @param waiting What still has no answer. */
  onAnsweredElsewhere: (waiting: Pending[]) => void;
}

/** Posts on their way to the service: none is forgotten before the service has answered it. */
export class Outbox {
  private readonly name: string;
  private readonly listener: Listener;
  private sending = false;

  constructor(handle: string, listener: Listener) {
    this.name = outboxOf(handle);
    this.listener = listener;
    addEventListener("storage", ({ key }) => {
      if (key === this.name) listener.onAnsweredElsewhere(this.waiting());
    });
  }

  /** What waits, oldest first. What is too old to be sent again safely is handed back as text. */
  takeUp(): { pending: Pending[]; tooOld: string[] } {
    const all = this.waiting();
    const pending = all.filter(isFresh);
    if (pending.length < all.length) this.keepWaiting(pending);
    return { pending, tooOld: all.filter((each) => !isFresh(each)).map(({ body }) => body) };
  }

  add(body: string): Pending {
    const pending = { key: newKey(), body, sinceMs: Date.now() };
    this.keepWaiting([...this.waiting(), pending]);
    return pending;
  }

  /** Sends what waits, one after the other, in the order in which it was written; one tab does that for all. */
  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    await oneTabAtATime(this.name, async () => {
      try {
        for (let next = this.waiting()[0]; next; next = this.waiting()[0]) await this.sendOne(next);
      } finally {
        // Not later: what is added from here on is sent by the next call.
        this.sending = false;
      }
    });
  }

  private async sendOne(pending: Pending): Promise<void> {
    const { key, body } = pending;
    try {
      const post = await asMe((token) => {
        const attempt = attemptOf("POST /api/v1/me/posts", { json: { body }, key, token });
        return async () => (isFresh(pending) ? attempt() : gaveUp);
      });
      this.remove(key);
      this.listener.onSaved(pending, post as Post);
    } catch (error) {
      // Without a session it waits for the next one.
      if (!(error instanceof Refusal) || error.status === 401) throw error;
      this.remove(key);
      this.listener.onRefused(pending, error);
    }
  }

  private waiting(): Pending[] {
    return kept<Pending[]>(this.name) ?? [];
  }

  private remove(key: string): void {
    this.keepWaiting(this.waiting().filter((each) => each.key !== key));
  }

  /** Nothing is kept where nothing waits: that is what log-out asks about. */
  private keepWaiting(pending: Pending[]): void {
    keep(this.name, pending.length > 0 ? pending : undefined);
  }
}
