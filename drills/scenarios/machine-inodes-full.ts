import { fullMachineDisk } from "../actions/machine-disk.ts";

export const drill = fullMachineDisk({
  description: "The inodes of the machine's disk are used up; 35 s later there are some again.",
  resource: "inodes",
  seconds: 35,
  expected: { toldToComeBack: true, failedReads: 0, writesPauseMs: 70_000, alsoMonitoring: true },
});
