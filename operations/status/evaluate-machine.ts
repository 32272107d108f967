import type { MachineObservation, VolumeObservation } from "./observation.ts";

/** Below these a stack is about to stop working; the alert DiskFilling comes earlier, at 10 and 5 %. */
const leastFreeShare = 0.02;
const fullBytes = 32 * 1024 ** 2;
/** From here on it is worth the seconds to find out what takes the space. */
const scarceShare = 0.15;

/** Whether space or inodes are becoming scarce. */
export function isScarce(machine: MachineObservation): boolean {
  const { diskFreeBytes = 1, diskTotalBytes = 1, inodesFree = 1, inodesTotal = 1 } = machine;
  return diskFreeBytes / diskTotalBytes < scarceShare || inodesFree / inodesTotal < scarceShare;
}

/** What the machine is running out of, a sentence each. */
export function shortages(machine: MachineObservation): string[] {
  const { diskFreeBytes, diskTotalBytes, inodesFree, inodesTotal, memoryAvailableBytes } = machine;
  const found: string[] = [];
  if (diskFreeBytes !== undefined && diskTotalBytes) {
    if (diskFreeBytes < fullBytes) found.push(`the machine's disk is full: ${size(diskFreeBytes)} left`);
    else if (diskFreeBytes / diskTotalBytes < leastFreeShare)
      found.push(`the machine's disk is nearly full: ${size(diskFreeBytes)} of ${size(diskTotalBytes)} left`);
  }
  if (inodesFree !== undefined && inodesTotal && inodesFree / inodesTotal < leastFreeShare)
    found.push(`the machine's disk has ${inodesFree} of ${inodesTotal} inodes left`);
  if (memoryAvailableBytes !== undefined && memoryAvailableBytes < 256 * 1024 ** 2)
    found.push(`the machine has ${size(memoryAvailableBytes)} of memory left`);
  return found;
}

/** The volumes that have a disk of their own and no space left on it, a sentence each. */
export function fullVolumes(volumes: VolumeObservation[]): string[] {
  return (
    volumes
      // Those in memory, for sockets, are smaller than what counts as nothing elsewhere.
      .filter(({ freeBytes, totalBytes }) => freeBytes < Math.min(fullBytes, totalBytes / 10))
      .map(
        ({ name, freeBytes, totalBytes }) =>
          `the volume ${name} is full: ${size(freeBytes)} of ${size(totalBytes)} left`,
      )
  );
}

/** As in `512 MB` or `1.2 GB`. */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
