import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files in the order of their names: what is said about a deployed stack builds on what was said before. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => one.moduleId.localeCompare(other.moduleId));
  }
}

const minuteMs = 60_000;

/** When what a test waits for is given up. It says nothing of how long anything may take; tests that mean that say so. */
const expectation = { poll: { timeout: minuteMs / 2 } };

/**
 * A test's limit ends one that hangs, on however busy a machine; it says nothing of how long anything may take.
 *
 * `npx vitest --project unit` needs nothing but the packages; the others need what `npm test` sets up.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      {
        test: {
          name: "unit",
          expect: expectation,
          include: ["tests/unit/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
        },
      },
      {
        // The Pulumi that set-up delivers, with a state of its own.
        test: {
          name: "toolchain",
          expect: expectation,
          include: ["tests/toolchain/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: 2 * minuteMs,
        },
      },
      {
        // The application against a real Postgres and a real Garage.
        test: {
          name: "service",
          expect: expectation,
          include: ["tests/service/**/*.test.ts"],
          globalSetup: ["tests/service/global-setup.ts"],
          // They wait more than they work.
          maxWorkers: 4,
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
        },
      },
      {
        // The whole of the stack `test`, one file after the other.
        test: {
          name: "stack",
          expect: expectation,
          include: ["tests/stack/**/*.test.ts"],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 10 * minuteMs,
          hookTimeout: 30 * minuteMs,
        },
      },
    ],
  },
});
