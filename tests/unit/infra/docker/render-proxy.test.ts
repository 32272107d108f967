import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../../infra/project.ts";

const image = `${projectRoot}/infra/docker/images/proxy`;
const names = (role: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${role}-${index + 1}`).join(" ");

/** @throws Error with what the script said, when it fails. */
function render(environment: Record<string, string>, file = `${image}/haproxy.cfg`): string {
  const { PATH = "" } = process.env;
  return execFileSync(`${image}/render-proxy`, [file], {
    encoding: "utf8",
    env: { PATH, ...environment },
    stdio: "pipe",
  });
}

/** The names of the servers of each backend and gate. */
function serversOf(configuration: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let section = "";
  for (const line of configuration.split("\n")) {
    section = /^(?:backend|listen) (\S+)/.exec(line)?.[1] ?? section;
    const server = /^ {2}server (\S+)/.exec(line)?.[1];
    if (server !== undefined) found[section] = [...(found[section] ?? []), server];
  }
  return found;
}

describe("HAProxy's configuration", () => {
  test.each([2, 12])("names each of %i application nodes once where it belongs", (appNodes) => {
    const servers = serversOf(
      render({
        APP_NODES: names("app", appNodes),
        DATABASE_NODES: names("database", 3),
        OBJECT_STORE_NODES: names("object-store", 3),
      }),
    );
    const apps = names("app", appNodes).split(" ");
    const withUnchecked = apps.flatMap((name) => [name, `${name}-unchecked`]);
    expect(servers).toEqual({
      "app-repeated": withUnchecked,
      "app-once": withUnchecked,
      ...Object.fromEntries(apps.map((name) => [`gate-${name}`, [name]])),
      assets: ["object-store-1", "object-store-2", "object-store-3"],
      "object-store": ["object-store-1", "object-store-2", "object-store-3"],
      ...Object.fromEntries([1, 2, 3].map((n) => [`gate-assets-${n}`, [`object-store-${n}`]])),
      primary: ["database-1", "database-2", "database-3"],
      replica: ["database-1", "database-2", "database-3"],
    });
  });

  test("is refused without the nodes that it is for", () => {
    expect(() => render({ APP_NODES: names("app", 2), DATABASE_NODES: names("database", 2) })).toThrow(
      "OBJECT_STORE_NODES",
    );
  });

  test("is refused where a repetition has no end", () => {
    const file = join(mkdtempSync(join(tmpdir(), "capstone-proxy-")), "haproxy.cfg");
    writeFileSync(file, "global\n# for each of APP_NODES\n  server app-<n>\n");
    expect(() => render({ APP_NODES: "app-1" }, file)).toThrow('"# for each of APP_NODES" has no "# end"');
  });
});
