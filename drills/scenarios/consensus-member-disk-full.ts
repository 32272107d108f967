import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "A consensus member's disk fills up; 30 s later there is space again.",
  users: (scene) => [[scene.any("consensus")]],
  path: dataFolders.consensus,
  megabytes: 300,
  seconds: 30,
  expected: { failedRequests: 0, writesPauseMs: 3_000 },
});
