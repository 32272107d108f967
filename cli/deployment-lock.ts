import { hostname } from "node:os";
import { dataDirectory } from "../infra/directories.mjs";
import { withLock } from "./toolchain/lock.mjs";

/**
 * Does what changes a stack while no other command of this machine does; waits for the one that does, and says which it
 * is. The kernel frees the lock of a process that was killed.
 * @param what As in "npm run up".
 */
export function whileNobodyElseDeploys<T>(stack: string, what: string, work: () => Promise<T>): Promise<T> {
  const holder = `${what} (process ${process.pid} on ${hostname()}, since ${new Date().toISOString()})`;
  const say = (sentence: string) => console.error(`${what}: ${sentence}`);
  return withLock(dataDirectory("locks", stack.replaceAll("/", "-")), say, work, holder);
}
