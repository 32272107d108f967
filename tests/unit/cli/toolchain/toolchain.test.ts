import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const toolchain = path.join(import.meta.dirname, "../../../../cli/toolchain/pulumi");

describe("the provider that set-up delivers", () => {
  it("ends when the engine that started it was killed", async () => {
    const program = "console.log(process.pid); setInterval(() => {}, 1000)";
    const args = JSON.stringify([
      "--require",
      path.join(toolchain, "end-with-engine.cjs"),
      "--eval",
      program,
    ]);
    const engine = spawn(process.execPath, [
      "--eval",
      `require("node:child_process").spawn(process.execPath, ${args}, { stdio: "inherit" });`,
    ]);
    const pid = Number(await new Promise((resolve) => engine.stdout.once("data", resolve)));
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    engine.kill("SIGKILL");
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });

  it("loads what providers hardly use when it is used, and not before", () => {
    const program = `
      require("@pulumi/pulumi");
      const typescript = require("typescript");
      const loaded = () => Object.keys(require.cache).some((file) => file.includes("/node_modules/typescript/"));
      console.log(loaded(), typescript.transpile("const one: number = 1").trim(), loaded());`;
    const printed = execFileSync(
      process.execPath,
      ["--require", path.join(toolchain, "load-when-used.cjs"), "--eval", program],
      { encoding: "utf8", cwd: path.resolve(toolchain, "../../..") },
    );
    expect(printed.trim()).toMatch(/^false .*const one = 1; true$/s);
  });
});
