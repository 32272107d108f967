import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The disks of both database nodes fill up; 30 s later there is space again.",
  users: ({ replica, primary }) => [[replica], [primary]],
  path: dataFolders.database,
  megabytes: 400,
  // The log is not switched on purpose here: as superuser that goes on where writes are refused, and uses up the reserve.
  seconds: 30,
  expected: { toldToComeBack: true, failedReads: 0, writesPauseMs: 60_000 },
});
