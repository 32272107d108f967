import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../infra/project.ts";

/** What docs/aws.md says that whoever imports into a stack on AWS must be allowed. */
export function importRights(): string[] {
  const document = readFileSync(join(projectRoot, "docs", "aws.md"), "utf8");
  const [, list = ""] = /<!-- import rights -->\s+([\s\S]*?)\n\n/.exec(document) ?? [];
  return [...list.matchAll(/`([a-z0-9]+:[A-Za-z]+)`/g)].map(([, action = ""]) => action);
}
