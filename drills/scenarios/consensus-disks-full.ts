import { dataFolders, fullVolume } from "../actions/full-volume.ts";

export const drill = fullVolume({
  description: "The disks of all consensus members fill up; 30 s later there is space again.",
  users: ({ stack }) => stack.parts("consensus").map((member) => [member]),
  path: dataFolders.consensus,
  megabytes: 300,
  seconds: 30,
  expected: { failedRequests: 0, writesPauseMs: 3_000 },
});
