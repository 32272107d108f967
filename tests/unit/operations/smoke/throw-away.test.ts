import { expect, test } from "vitest";
import { throwAwayRegion } from "../../../../operations/smoke/throw-away.ts";
import { configurationOf } from "../../../../running-stack/pulumi/project.ts";

test("the committed trial stack may be thrown away, in its region", () => {
  expect(throwAwayRegion("trial", configurationOf("trial"))).toBe("eu-central-1");
});

test("a setting that Pulumi's CLI wrote as text is the same", () => {
  const written = {
    "capstone:target": "aws",
    "capstone:deletionProtection": "false",
    "aws:region": "eu-west-1",
  };
  expect(throwAwayRegion("trial", written)).toBe("eu-west-1");
});

test.each(["prod", "dev"])("%s is kept", (stack) => {
  expect(() => throwAwayRegion(stack, configurationOf(stack))).toThrow(
    `The stack ${stack} is not one to throw away; allowed are stacks with capstone:target aws and capstone:deletionProtection false.`,
  );
});
