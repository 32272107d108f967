import { fullMachineDisk } from "../actions/machine-disk.ts";

export const drill = fullMachineDisk({
  description: "The machine's disk is full to the last byte; 35 s later there is space again.",
  resource: "space",
  seconds: 35,
  expected: { toldToComeBack: true, failedReads: 0, writesPauseMs: 70_000, alsoMonitoring: true },
});
