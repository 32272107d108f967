import type { Finding } from "../finding.ts";

/** Sessions and signatures bear a few seconds; a Date header has whole ones. */
const mostSeconds = 5;

/** A server's Date header, and this machine's clock when it came. */
export interface Compared {
  server: string;
  dateHeader: string;
  nowMs: number;
}

/** NTP cannot be asked everywhere, so the clock is held against a server that answered anyway. */
export function checkClock(compared: Compared | undefined): Finding {
  const name = "clock";
  const theirs = Date.parse(compared?.dateHeader ?? "");
  if (!compared || Number.isNaN(theirs))
    return { name, state: "ok", found: "not compared: no server that says the time could be reached" };
  const seconds = Math.round((compared.nowMs - theirs) / 1000);
  if (Math.abs(seconds) <= mostSeconds)
    return { name, state: "ok", found: `within ${mostSeconds} s of ${compared.server}` };
  return {
    name,
    state: "warning",
    found: `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} ${compared.server}`,
    advice:
      "Switch time synchronisation on (`timedatectl set-ntp true`); package mirrors and AWS refuse more.",
  };
}
