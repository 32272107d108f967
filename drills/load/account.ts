import type { Kind, Ledger } from "./ledger.ts";

/** What one client knows about its own account; a later read must not show less. */
export class AccountMemory {
  readonly handle: string;
  readonly password: string;
  accessToken = "";
  refreshToken = "";
  sessionId = "";
  /** Numbers of its posts and its profile changes: the newest that was sent, the newest that was acknowledged. */
  readonly posts = { sent: 0, acknowledged: 0 };
  readonly profile = { sent: 0, acknowledged: 0 };
  /** The address of the avatar that was acknowledged last; it names the content. */
  avatar: { url: string } | undefined;
  private readonly ledger: Ledger;

  constructor(handle: string, password: string, ledger: Ledger) {
    this.handle = handle;
    this.password = password;
    this.ledger = ledger;
  }

  /** Numbered, so that a read shows how new it is; the handle makes it unique. */
  postBody(number: number): string {
    return `Post #${number} of ${this.handle}`;
  }

  bio(number: number): string {
    return `Profile #${number} of ${this.handle}`;
  }

  /**
   * Compares what a read showed with what had been acknowledged when it was sent.
   * @param text A post's body or a bio, as above; empty where nothing was ever written.
   */
  compare(kind: Kind, what: "posts" | "profile", text: string, acknowledgedBefore: number): void {
    const shown = Number(/#(\d+) of /.exec(text)?.[1] ?? 0);
    if (shown < acknowledgedBefore) {
      this.regress(kind, `${what} shows #${shown} after #${acknowledgedBefore} was acknowledged`);
    }
  }

  regress(kind: Kind, what: string): void {
    this.ledger.regressions.push({ atMs: Date.now(), client: this.handle, kind, what });
  }
}
