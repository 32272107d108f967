import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownServiceFolder, readService } from "../../../infra/configuration/service.ts";
import { projectRoot } from "../../../infra/project.ts";
import { importSource } from "../../../infra/release.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");

/** What a Dockerfile copies from the project. */
function copied(dockerfile: string): string[] {
  return [...read(dockerfile).matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words = ""]) =>
    words.split(" ").slice(0, -1),
  );
}

const isFile = (file: string) => statSync(join(projectRoot, file)).isFile();

/** The files that it is, documents aside: these are in no image. */
function filesOf(path: string): string[] {
  return globSync([path, `${path}/**`], { cwd: projectRoot }).filter(
    (file) => isFile(file) && !file.endsWith(".md"),
  );
}

describe.each([readService(ownServiceFolder).source, importSource])(
  "what $dockerfile copies",
  ({ dockerfile, files }) => {
    it("is there", () => {
      expect(copied(dockerfile).length).toBeGreaterThan(2);
      expect(copied(dockerfile).filter((path) => filesOf(path).length === 0)).toEqual([]);
    });

    it("is let in by .dockerignore", () => {
      const letIn = [...read(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, path]) => path);
      const isLetIn = (path: string) => letIn.some((each) => path === each || path.startsWith(`${each}/`));
      expect(copied(dockerfile).filter((path) => !isLetIn(path))).toEqual([]);
    });

    it("makes another version of the image when it changes", () => {
      const hashed = new Set(globSync(files, { cwd: projectRoot }));
      expect(
        copied(dockerfile)
          .flatMap(filesOf)
          .filter((file) => !hashed.has(file)),
      ).toEqual([]);
    });
  },
);
