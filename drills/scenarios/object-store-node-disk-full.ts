import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "An object store node's disk fills up; 30 s later there is space again.",
  users: (scene) => [[scene.any("object-store")]],
  path: dataFolders.objectStore,
  megabytes: 200,
  seconds: 30,
  expected: { failedRequests: 0, writesPauseMs: 3_000, readsPauseMs: 1_000 },
});
