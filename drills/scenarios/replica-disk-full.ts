import { dataFolders, fillLog, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The replica's disk fills up; 30 s later there is space again.",
  users: ({ replica }) => [[replica]],
  path: dataFolders.database,
  megabytes: 400,
  filled: ({ primary }) => fillLog(primary),
  seconds: 30,
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
});
