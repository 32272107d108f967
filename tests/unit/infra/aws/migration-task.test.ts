import { expect, test } from "vitest";
import { migrationProvider } from "../../../../infra/aws/delivery/migration-task.ts";

const run = { taskDefinitionArn: "migration:1" };
const triggers = { migrations: "0123", applicationPassword: "v1", database: "db" };

/** What the provider says of a deployment whose inputs went from one to the other. */
async function changes(from: object, to: object): Promise<boolean | undefined> {
  // The provider's types are those of a whole run; what it compares is all that it is given here.
  const diff = migrationProvider.diff as unknown as (
    id: string,
    olds: object,
    news: object,
  ) => Promise<{ changes?: boolean }>;
  return (await diff("migration", from, to)).changes;
}

test("a new image alone runs no migration", async () => {
  expect(await changes({ run, triggers }, { run: { taskDefinitionArn: "migration:2" }, triggers })).toBe(
    false,
  );
});

test.each(Object.keys(triggers))("a changed %s runs it", async (trigger) => {
  expect(await changes({ run, triggers }, { run, triggers: { ...triggers, [trigger]: "other" } })).toBe(true);
});

test("the order in which triggers come back does not", async () => {
  const turned = Object.fromEntries(Object.entries(triggers).reverse());
  expect(await changes({ run, triggers }, { run, triggers: turned })).toBe(false);
});
