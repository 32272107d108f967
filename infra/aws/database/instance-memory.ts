const bytesPerGigabyte = 1024 ** 3;

/** GiB of the size `large`, by the family's letter: general, memory, compute. RDS's table of instance classes. */
const gigabytesOfLarge: Record<string, number> = { m: 8, r: 16, c: 4, t: 8, x: 32 };
/** Sizes below it, of the families that have them. */
const partOfLarge: Record<string, number> = { micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1 };

/** The memory of an RDS instance class, as in `db.m7g.large`, in bytes; that of a `large` where it is not known. */
export function instanceMemoryBytes(instanceClass: string): number {
  const [, family = "m", size = "large"] = instanceClass.split(".");
  const large = (gigabytesOfLarge[family.charAt(0)] ?? 8) * bytesPerGigabyte;
  // `xlarge` is two, `4xlarge` eight.
  const times = /^(\d*)xlarge$/.exec(size);
  return large * (times ? 2 * Number(times[1] || 1) : (partOfLarge[size] ?? 1));
}

/** What RDS allows by default: LEAST(DBInstanceClassMemory / 9531392, 5000). */
export function defaultMaxConnections(instanceClass: string): number {
  return Math.min(5000, Math.floor(instanceMemoryBytes(instanceClass) / 9_531_392));
}
