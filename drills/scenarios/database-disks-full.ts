import { dataFolders, fillLog, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The disks of both database nodes fill up; 30 s later there is space again.",
  users: ({ replica, primary }) => [[replica], [primary]],
  path: dataFolders.database,
  megabytes: 400,
  filled: ({ primary }) => fillLog(primary),
  seconds: 30,
  expected: { toldToComeBack: true, failedReads: 0, writesPauseMs: 60_000 },
});
