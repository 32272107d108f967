import { expect, it } from "vitest";
import { drill } from "../../../drills/scenarios/engine-restarted.ts";
import type { RunningStack } from "../../../running-stack/running-stack.ts";

const running = (stack: string, name: string) => ({
  Names: [`/${name}`],
  Labels: stack === "" ? {} : { "capstone.stack": stack },
});
const stackBeside = (...others: ReturnType<typeof running>[]) =>
  ({
    name: "dev",
    engine: { listContainers: async () => [running("dev", "capstone-dev-app-1"), ...others] },
  }) as unknown as RunningStack;

it("does not stop an engine that runs anything else", async () => {
  for (const other of [running("test", "capstone-test-app-1"), running("", "somebody-elses")])
    expect(await drill.refusal?.(stackBeside(other))).toMatch(
      /^The Docker engine runs 1 containers that are not of the stack dev .*\((capstone-test-app-1|somebody-elses)\)\.$/,
    );
  expect((await drill.refusal?.(stackBeside())) ?? "").not.toContain("containers that are not");
});
