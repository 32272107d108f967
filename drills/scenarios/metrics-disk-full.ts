import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The disk of the metrics fills up; 60 s later there is space again.",
  users: ({ stack }) => [[stack.part("metrics")]],
  path: dataFolders.metrics,
  megabytes: 300,
  seconds: 60,
  expected: { failedRequests: 0, writesPauseMs: 1_000, alsoMonitoring: true },
});
