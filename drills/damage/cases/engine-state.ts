import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { damagedStateFile, stateFile } from "../../../running-stack/pulumi/state-file.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

const part = "the engine's state";
const spoil = async (scene: Scene, what: string, work: (path: string) => void) => {
  const { name } = scene.stack;
  const path = stateFile(name);
  if (!path || !existsSync(path)) throw new Error(`The state of ${name} is not on this machine.`);
  const before = readFileSync(path);
  scene.stack.undoLater(async () => {
    if (!existsSync(path) || damagedStateFile(name)) writeFileSync(path, before);
  });
  await scene.stack.journal.note("inject", what, async () => work(path));
};

export const engineStateCases: DamageCase[] = [
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
