import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { Part } from "../part.ts";
import { installDebianPackages, isRootOnDebian } from "./debian.ts";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const onMacOs = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium or Chrome of this machine: CHROME_PATH, or where it usually is. */
export function chromiumPath(): string | undefined {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH;
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return [...folders.flatMap((folder) => names.map((name) => path.join(folder, name))), ...onMacOs].find(
    isExecutable,
  );
}

/** A browser for the tests of the page. They alone need it: where there is none they are skipped, and say so. */
export const chromium: Part = {
  name: "Chromium",

  isThere: async () => chromiumPath() !== undefined || !isRootOnDebian(),

  async provide({ progress }) {
    progress.start(this.name, "installing chromium from Debian on this machine, as you are root");
    try {
      await installDebianPackages(["chromium"]);
    } catch (error) {
      return `not available, so the tests in a browser are skipped: ${(error as Error).message}`;
    }
    return "installed from Debian";
  },
};

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
