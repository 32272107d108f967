import type { DrillEvent } from "../events.ts";

export interface Listener {
  take: (events: DrillEvent[]) => void;
  /** Gets how the connection is, in a word or two. */
  say: (is: string) => void;
  /** Whether the drill has its verdict: from then on nobody has to be there. */
  ended: () => boolean;
}

/** Listens to the command, which ends before the page does: what was told stays. */
export function listen({ take, say, ended }: Listener): void {
  const source = new EventSource("/events");
  source.addEventListener("open", () => say("live"));
  source.addEventListener("message", ({ data }) => {
    say("live");
    take(JSON.parse(data) as DrillEvent[]);
  });
  source.addEventListener("error", () => {
    // The browser tries again by itself, and gets what it missed.
    say(ended() ? "ended" : "connection lost");
  });
}
