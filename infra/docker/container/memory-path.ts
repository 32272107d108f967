/** How Docker mounts a path in memory that only this user may use: the options of a tmpfs. */
export function memoryPathOptions(userId: number | string): string {
  return `uid=${userId},gid=${userId},mode=0700,size=64m`;
}
