import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { projectRoot } from "../../../../infra/project.ts";

const execute = promisify(execFile);

const refusePackages = `
import { registerHooks } from "node:module";
registerHooks({
  resolve(specifier, context, next) {
    if (!/^(\\.|\\/|node:|file:|data:)/.test(specifier)) throw new Error(specifier + " is a package: " + context.parentURL);
    return next(specifier, context);
  },
});`;

/** Loads a file of the project as on a machine that has no packages yet. */
const load = (file: string) =>
  execute(process.execPath, [
    ...["--import", `data:text/javascript,${encodeURIComponent(refusePackages)}`],
    path.join(projectRoot, file),
  ]);

it.each(["cli/doctor/examine.ts", "cli/doctor/require-fit.ts", "cli/toolchain/prepare.ts"])(
  "%s needs no package, as none is there when it runs",
  async (file) => {
    await load(file);
  },
);

it("is seen where one is needed", async () => {
  await expect(load("infra/configuration/service.ts")).rejects.toThrow("ajv/dist/2020.js is a package");
});
