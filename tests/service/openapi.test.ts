import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectral from "@stoplight/spectral-core";
import rulesets from "@stoplight/spectral-rulesets";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "./support/client.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let node: Node;
let text: string;
// biome-ignore lint/suspicious/noExplicitAny: the document of another standard.
let document: any;

beforeAll(async () => {
  node = await startNode(settingsOf(await newDeployment(), "app-1"));
  document = (await ask(node.url, "GET /openapi.json")).body;
  text = JSON.stringify(document);
});

afterAll(() => node.close());

test("Redocly has nothing against the document", async () => {
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source: text, config });
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(errors.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});

test("Spectral has nothing against the document", async () => {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas, "recommended"]] } as Parameters<typeof linter.setRuleset>[0]);
  const results = await linter.run(text);
  // 0 is an error, 1 a warning.
  const errors = results.filter(({ severity }) => severity === 0);
  expect(errors.map(({ code, message, path }) => `${code} at ${path.join(".")}: ${message}`)).toEqual([]);
});

test("every operation has a name of its own, and says whether it is open, what limits it and what it answers again", () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    Object.entries(methods as Record<string, any>).map(([method, operation]) => ({
      path,
      method,
      ...operation,
    })),
  );
  const names = operations.map(({ operationId }) => operationId);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, method, security, responses, parameters = [] } of operations) {
    expect(security, `${method} ${path}`).toEqual(
      path.includes("/me") || (path.endsWith("/sessions") && method === "delete")
        ? [{ accessToken: [] }]
        : [],
    );
    if (path.startsWith("/api") && method !== "get")
      expect(responses["429"].headers).toHaveProperty("retry-after");
    const takesKey = parameters.some(({ name }: { name: string }) => name === "idempotency-key");
    for (const [status, answer] of Object.entries<{ headers?: object }>(responses)) {
      if (takesKey && status.startsWith("2")) expect(answer.headers).toHaveProperty("idempotency-replayed");
    }
  }
  expect(Object.keys(document.paths["/api/v1/me/avatar"].put.requestBody.content)).toContain("image/jpeg");
  expect(document.servers).toEqual([{ url: "/" }]);
});
