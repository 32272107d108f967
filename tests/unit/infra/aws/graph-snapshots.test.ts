import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { ResourceGraph } from "../../../../infra/policy/resource-graph/collect.ts";
import type { Rendered } from "../../../../infra/policy/resource-graph/render.ts";
import { awsGraph, smallest } from "./aws-graph.ts";

// Written for review: a change of the program shows here as what it changes for AWS. `vitest -u` writes them anew.

test("prod, with every input", async () => {
  const { resources, outputs } = await awsGraph();
  const inputs = Object.fromEntries(
    resources.map(({ type, name, inputs }) => [`${type} ${name}`, readable(inputs)]),
  );
  const text = stringify({ outputs: readable(outputs), resources: inputs }, { lineWidth: 110 });
  await expect(text).toMatchFileSnapshot("graphs/prod.yaml");
});

test.each(["instance", "cluster"])("the outline with a database %s", async (databaseAvailability) => {
  const graph = await awsGraph({ databaseAvailability });
  await expect(outline(graph)).toMatchFileSnapshot(`graphs/${databaseAvailability}.txt`);
});

test("the outline of the least", async () => {
  await expect(outline(await awsGraph(smallest))).toMatchFileSnapshot("graphs/smallest.txt");
});

/** The resources as a tree of components. */
function outline({ resources }: ResourceGraph, parent?: string, depth = 0): string {
  return resources
    .filter((resource) => resource.parent === parent)
    .map(({ type, name }) => {
      const identity = `${type}.${name}`;
      return `${"  ".repeat(depth)}${type} ${name}\n${outline({ resources, outputs: {} }, identity, depth + 1)}`;
    })
    .join("");
}

/** Without what changes with every commit, and with policies as what they say. */
function readable(value: Rendered, key = ""): Rendered {
  if (key === "sourceHash" || key === "migrations") return "(hash)";
  if (key === "commit") return "(commit)";
  if (typeof value === "string") {
    if (!/^[{[]/.test(value) || value.startsWith("[secret]") || value.startsWith("[code]")) return value;
    return readable(JSON.parse(value) as Rendered);
  }
  if (Array.isArray(value)) return value.map((item) => readable(item));
  if (value === null || typeof value !== "object") return value;
  if (value.name === "RELEASE_COMMIT") return { ...value, value: "(commit)" };
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, readable(item, inner)]));
}
