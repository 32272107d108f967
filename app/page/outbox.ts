import { askAsMe } from "./api.ts";
import type { Post } from "./api-types.ts";
import { Refusal } from "./insist.ts";
import { keep, kept } from "./kept.ts";
import { newKey } from "./request.ts";

/** A post that was sent and has no answer yet. It is kept with its key, so that a reload sends the same one. */
export interface Pending {
  key: string;
  body: string;
  sinceMs: number;
}

/** The service remembers a key for a day: after that the same post could be made twice. */
const longestMs = 23 * 60 * 60 * 1_000;

/** What it is kept under. */
export const outboxOf = (handle: string) => `capstone.outbox.${handle}`;

interface Listener {
  onSaved: (pending: Pending, post: Post) => void;
  onRefused: (pending: Pending, refusal: Refusal) => void;
}

/** Posts on their way to the service: none is forgotten before the service has answered it. */
export class Outbox {
  private readonly name: string;
  private readonly listener: Listener;
  private sending = false;

  constructor(handle: string, listener: Listener) {
    this.name = outboxOf(handle);
    this.listener = listener;
  }

  /** What waits, oldest first. What is too old to be sent again safely is handed back as text. */
  takeUp(): { pending: Pending[]; tooOld: string[] } {
    const isFresh = ({ sinceMs }: Pending) => Date.now() - sinceMs < longestMs;
    const all = this.waiting();
    const pending = all.filter(isFresh);
    if (pending.length < all.length) keep(this.name, pending);
    return { pending, tooOld: all.filter((each) => !isFresh(each)).map(({ body }) => body) };
  }

  add(body: string): Pending {
    const pending = { key: newKey(), body, sinceMs: Date.now() };
    keep(this.name, [...this.waiting(), pending]);
    return pending;
  }

  /** Sends what waits, one after the other, in the order in which it was written. */
  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let next = this.waiting()[0]; next; next = this.waiting()[0]) await this.sendOne(next);
    } finally {
      this.sending = false;
    }
  }

  private async sendOne(pending: Pending): Promise<void> {
    const { key, body } = pending;
    try {
      const post = await askAsMe<Post>("POST /api/v1/me/posts", { json: { body }, key });
      this.remove(key);
      this.listener.onSaved(pending, post);
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
    const rest = this.waiting().filter((each) => each.key !== key);
    keep(this.name, rest.length > 0 ? rest : undefined);
  }
}
