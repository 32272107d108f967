import { dataFolders, fillLog, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description:
    "The backup repository's disk fills up, so nothing can be archived; 30 s later there is space again.",
  // One volume, which the primary writes: it is moved last.
  users: ({ stack, replica, primary }) => [[stack.part("backup"), replica, primary]],
  path: dataFolders.repository,
  megabytes: 400,
  filled: ({ primary }) => fillLog(primary),
  seconds: 30,
  expected: { failedRequests: 0, writesPauseMs: 4_000, alsoMonitoring: true },
});
