import type { Breakage } from "../breakage.ts";
import { breakage as asynchronousReplication } from "./asynchronous-replication.ts";

export const breakage: Breakage = {
  ...asynchronousReplication,
  drill: "linearizability",
  caughtBy: /the history is not linearizable/,
};
