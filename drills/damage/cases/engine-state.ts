import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dataDirectory } from "../../../infra/directories.mjs";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

export const engineStateCases: DamageCase[] = engineState();

function engineState(): DamageCase[] {
  const part = "the engine's state";
  const file = (scene: Scene) =>
    dataDirectory("state", ".pulumi", "stacks", "capstone", `${scene.stack.name}.json`);
  const spoil = async (scene: Scene, what: string, work: (path: string) => void) => {
    const path = file(scene);
    if (!existsSync(path)) throw new Error(`There is no ${path}.`);
    const before = readFileSync(path);
    scene.stack.undoLater(async () => {
      if (!isWhole(path)) writeFileSync(path, before);
    });
    await scene.stack.journal.note("inject", what, async () => work(path));
  };
  return [
    {
      part,
      damage: "disk lost",
      description: "the file of the stack removed",
      inject: (scene) => spoil(scene, "state removed", (path) => renameSync(path, `${path}.lost`)),
      provoke: ["up"],
      mend: ["repair", "state"],
    },
    {
      part,
      damage: "data damaged",
      description: "its middle overwritten",
      inject: (scene) =>
        spoil(scene, "state damaged", (path) => {
          const bytes = readFileSync(path);
          bytes.fill(0, Math.floor(bytes.length / 3), Math.floor(bytes.length / 2));
          writeFileSync(path, bytes);
        }),
      provoke: ["up"],
      mend: ["repair", "state"],
    },
    {
      part,
      damage: "cannot start",
      description: "cut off in its middle, so that it cannot be read",
      inject: (scene) =>
        spoil(scene, "state cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, 1_000))),
      provoke: ["up"],
      mend: ["repair", "state"],
    },
  ];
}

/** Whether it is what Pulumi wrote, now or after a repair. */
function isWhole(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return true;
  } catch {
    return false;
  }
}
