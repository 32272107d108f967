import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { open, passphrase, seal } from "../../../../operations/state-copy/sealed.ts";
import { scratchDirectory } from "../../cli/toolchain/scratch.ts";

it("a sealed state opens with its passphrase, and shows nothing of itself", () => {
  const text = JSON.stringify({ resources: Array.from({ length: 100 }, () => "capstone-dev-database-1") });
  const sealed = seal(text, "the passphrase");
  expect(open(sealed, "the passphrase")).toBe(text);
  expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("capstone");
  expect(seal(text, "the passphrase")).not.toBe(sealed);
});

it("another passphrase, and a damaged copy, are told in a sentence", () => {
  const sealed = seal("text", "one");
  expect(() => open(sealed, "other")).toThrow(/another passphrase .* or it is damaged/);
  const bytes = Buffer.from(sealed, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => open(bytes.toString("base64"), "one")).toThrow(/or it is damaged/);
  expect(() => open("", "one")).toThrow(/or it is damaged/);
});

it("the passphrase is the one that Pulumi is given", () => {
  const file = join(scratchDirectory(), "passphrase");
  writeFileSync(file, "from a file\n");
  expect(passphrase({ PULUMI_CONFIG_PASSPHRASE_FILE: file })).toBe("from a file");
  expect(passphrase({ PULUMI_CONFIG_PASSPHRASE: "given", PULUMI_CONFIG_PASSPHRASE_FILE: file })).toBe(
    "given",
  );
  expect(passphrase({})).toBeUndefined();
});
