import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The disks of all object store nodes fill up; 30 s later there is space again.",
  users: ({ stack }) => stack.parts("object-store").map((node) => [node]),
  path: dataFolders.objectStore,
  megabytes: 200,
  seconds: 30,
  expected: { toldToComeBack: true, failedReads: 0, writesPauseMs: 60_000 },
});
