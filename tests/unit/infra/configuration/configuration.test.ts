import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfiguration } from "../../../../infra/configuration/configuration.ts";

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    { call: () => ({}), newResource: ({ name }) => ({ id: name, state: {} }) },
    "capstone",
    "dev",
  );
});

function read(config: Record<string, string>) {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`capstone:${key}`, value])),
  );
  return readConfiguration();
}

describe("config", () => {
  it.each([
    [{ appNodes: "1" }, 'capstone:appNodes is "1"; allowed is a whole number from 2 to 8.'],
    [{ appNodes: "two" }, 'capstone:appNodes is "two"; allowed is a whole number from 2 to 8.'],
    [{ databaseNodes: "4" }, 'capstone:databaseNodes is "4"; allowed is a whole number from 2 to 3.'],
    [{ httpPort: "80" }, 'capstone:httpPort is "80"; allowed is a whole number from 1024 to 65535.'],
    [
      { httpPort: "15432" },
      "capstone:httpPort is 15432, as is capstone:databasePort; every port must be its own.",
    ],
    [{ target: "azure" }, 'capstone:target is "azure"; allowed is one of docker, aws.'],
    [
      { corsOrigins: "https://app.example.com/" },
      'capstone:corsOrigins is "https://app.example.com/"; allowed is * or origins as https://app.example.com, separated by spaces.',
    ],
    [
      { tracesUrl: "collector:4318" },
      'capstone:tracesUrl is "collector:4318"; allowed is an address as http://collector:4318/v1/traces.',
    ],
    [{ ownerPassword: "short" }, "capstone:ownerPassword has 5 characters; at least 16 are needed."],
  ])("refuses %j with one sentence", (config, sentence) => {
    expect(() => read(config)).toThrow(sentence);
  });

  it("says everything that is wrong at once", () => {
    expect(() => read({ appNodes: "0", httpPort: "x" })).toThrow(/capstone:appNodes[\s\S]*capstone:httpPort/);
  });

  it("takes the defaults for what is not set", () => {
    expect(read({})).toMatchObject({
      target: "docker",
      stack: "dev",
      appNodes: 2,
      databaseNodes: 2,
      httpPort: 8080,
    });
  });

  it("has a description and a default for every key that Pulumi.yaml declares", () => {
    const { config } = parse(readFileSync(new URL("../../../../Pulumi.yaml", import.meta.url), "utf8")) as {
      config: Record<string, { type?: string; default?: unknown; description?: string; secret?: boolean }>;
    };
    for (const [key, declared] of Object.entries(config)) {
      expect(declared.description, key).toBeTruthy();
      expect(declared.default, key).toBeDefined();
      expect(declared.secret, `${key}: Pulumi wants no default on a secret`).toBeFalsy();
    }
  });
});
