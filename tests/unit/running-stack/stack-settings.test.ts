import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { machineSettings, mergeSettings } from "../../../running-stack/pulumi/stack-settings.ts";
import { scratchDirectory } from "../cli/toolchain/scratch.ts";

function project(committed: object) {
  const root = scratchDirectory();
  const settings = path.join(root, "settings");
  const write = (content: object) => writeFileSync(path.join(root, "Pulumi.dev.yaml"), stringify(content));
  write(committed);
  return { write, file: () => machineSettings("dev", settings, root) as string };
}
const read = (file: string) => parse(readFileSync(file, "utf8"));

it("what is committed is copied, and the salt that Pulumi adds stays in the copy", () => {
  const { file } = project({ config: { "capstone:target": "docker" } });
  writeFileSync(file(), stringify({ ...read(file()), encryptionsalt: "v1:salt" }));
  expect(read(file())).toEqual({ config: { "capstone:target": "docker" }, encryptionsalt: "v1:salt" });
});

it("a change of what is committed arrives, and what was set on this machine stays on top of it", () => {
  const { write, file } = project({ config: { "capstone:httpPort": 8080, "capstone:appNodes": 2 } });
  const secret = { secure: "v1:abc" };
  writeFileSync(
    file(),
    stringify({
      config: { "capstone:httpPort": 9090, "capstone:appNodes": 2, "capstone:ownerPassword": secret },
      encryptionsalt: "v1:salt",
    }),
  );
  write({ config: { "capstone:httpPort": 8081, "capstone:appNodes": 3, "capstone:databaseNodes": 3 } });
  expect(read(file())).toEqual({
    config: {
      "capstone:httpPort": 9090,
      "capstone:appNodes": 3,
      "capstone:databaseNodes": 3,
      "capstone:ownerPassword": secret,
    },
    encryptionsalt: "v1:salt",
  });
});

it("settings with a salt or a secrets provider of their own are used where they are", () => {
  expect(project({ encryptionsalt: "v1:shared", config: {} }).file()).toBeUndefined();
  expect(project({ secretsprovider: "awskms://alias/x" }).file()).toBeUndefined();
});

it("a stack without settings gets no file before Pulumi writes one", () => {
  const root = scratchDirectory();
  const file = machineSettings("other", path.join(root, "settings"), root) as string;
  expect(existsSync(file)).toBe(false);
  expect(path.basename(file)).toBe("Pulumi.other.yaml");
});

it("a key that is no longer committed goes, unless it was set on this machine", () => {
  const base = { config: { a: 1, b: 2 } };
  expect(mergeSettings({ config: {} }, base, { config: { a: 1, b: 3 } })).toEqual({ config: { b: 3 } });
});

it("a number that Pulumi wrote back as a string was not set on this machine", () => {
  const base = { config: { port: 8080, flags: { on: true } } };
  const machine = { config: { port: "8080", flags: { on: "true" } } };
  expect(mergeSettings({ config: { port: 9090 } }, base, machine)).toEqual({ config: { port: 9090 } });
});
