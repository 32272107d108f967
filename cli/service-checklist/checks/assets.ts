import { statSync } from "node:fs";
import path from "node:path";
import type { Service } from "../../../infra/configuration/service.ts";
import { filesIn } from "../../../infra/static-files.ts";
import { fault, type Line, ok } from "../line.ts";

const name = "assets";

/** @param root Where the service's folder is relative to. */
export function checkAssets({ folder, assets }: Service, root: string): Line {
  if (assets === undefined) return ok(name, "none are declared");
  const directory = path.join(folder, assets);
  const sizes = filesIn(directory, root).map((file) => statSync(path.join(root, directory, file)).size);
  if (sizes.length === 0) return fault(name, `the folder ${assets} has no file`);
  const kilobytes = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1_000);
  return ok(
    name,
    `${assets} has ${sizes.length === 1 ? "1 file" : `${sizes.length} files`}, ${kilobytes} kB`,
  );
}
