import { spawn } from "node:child_process";
import { openerOf } from "./places.ts";

/** Prints an address and, where there is a terminal and a desktop, opens it. */
export function showAddress(address: string): void {
  console.log(address);
  const opener = process.stdout.isTTY ? openerOf(process.platform, process.env) : undefined;
  if (!opener) return;
  // Without an opener the address is printed, and that is enough.
  spawn(opener, [address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
