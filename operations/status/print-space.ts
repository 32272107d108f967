import { size } from "./evaluate-machine.ts";
import type { SpaceObservation } from "./observation.ts";

/** Smaller than this is not worth a sentence. */
const worthBytes = 10e6;

/** What takes the disk, and what may go with which command, a line each. */
export function spaceLines(space: SpaceObservation): { taken: string[]; mayGo: string[] } {
  const { volumes, otherVolumesBytes, imageBytes, buildCacheBytes, logBytes } = space;
  const total = volumes.reduce((sum, { bytes }) => sum + bytes, 0);
  const listed = volumes.filter(({ bytes }) => bytes >= worthBytes);
  const each = listed.map(({ name, bytes }) => `${name} ${size(bytes)}`).join(", ");
  const taken = [
    `volumes ${size(total)}${each === "" ? "" : `: ${each}`}`,
    `images ${size(imageBytes)}, build cache ${size(buildCacheBytes)}, logs ${logBytes === undefined ? "not visible from here" : size(logBytes)}, volumes of others ${size(otherVolumesBytes)}`,
  ];
  return { taken, mayGo: whatMayGo(space) };
}

function whatMayGo({ volumes, unused, unusedImageBytes, buildCacheBytes }: SpaceObservation): string[] {
  const mayGo: string[] = [];
  if (buildCacheBytes >= worthBytes)
    mayGo.push(`\`docker builder prune\`: ${size(buildCacheBytes)} of build cache`);
  if (unusedImageBytes >= worthBytes)
    mayGo.push(
      `\`docker image prune --all\`: ${size(unusedImageBytes)} or more of images that no container runs; they are built again when needed`,
    );
  for (const { name, bytes, isStack } of unused.filter((volume) => volume.bytes >= worthBytes)) {
    const remove = isStack ? `npm run down -- --stack ${name} --data` : `docker volume rm ${name}`;
    mayGo.push(`\`${remove}\`: ${size(bytes)} that no container uses now; look first whose data it is`);
  }
  const repository = volumes.find(({ name }) => name === "backup-1");
  if (repository && repository.bytes >= worthBytes)
    mayGo.push(
      `old backups, of ${size(repository.bytes)}: a smaller backupRetentionDays and a full backup; docs/runbooks/disk-full.md`,
    );
  return mayGo;
}
