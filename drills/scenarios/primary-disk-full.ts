import { dataFolders, fillLog, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The primary's disk fills up; 20 s later there is space again.",
  users: ({ replica }) => [[replica]],
  path: dataFolders.database,
  megabytes: 400,
  async moved(scene) {
    await scene.switchOver();
    await scene.untilFullyRedundant(60_000);
  },
  filled: ({ primary }) => fillLog(primary),
  seconds: 20,
  expected: { newPrimary: true, toldToComeBack: true, failedReads: 0, writesPauseMs: 25_000 },
});
