import { expect, test } from "vitest";
import {
  defaultMaxConnections,
  instanceMemoryBytes,
} from "../../../../infra/aws/database/instance-memory.ts";

// From RDS's table of instance classes.
test.each([
  ["db.t4g.micro", 1],
  ["db.t4g.medium", 4],
  ["db.m7g.large", 8],
  ["db.m6gd.xlarge", 16],
  ["db.r7g.4xlarge", 128],
  ["db.c6gd.large", 4],
])("%s has %s GiB", (instanceClass, gigabytes) => {
  expect(instanceMemoryBytes(instanceClass)).toBe(gigabytes * 1024 ** 3);
});

test("connections end at 5000, however large the class", () => {
  expect(defaultMaxConnections("db.t4g.micro")).toBe(112);
  expect(defaultMaxConnections("db.m7g.large")).toBe(901);
  expect(defaultMaxConnections("db.r7g.16xlarge")).toBe(5000);
});
