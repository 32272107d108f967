import { damageFiles, loseDisk, makeUnreadable } from "../../actions/damage.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

const part = "backup repository";
const backup = (scene: Scene) => scene.stack.part("backup");

export const repositoryCases: DamageCase[] = [
  {
    part,
    damage: "disk lost",
    description: "everything in it removed",
    inject: (scene) => loseDisk(backup(scene)),
    provoke: ["restore-verify"],
    mend: ["repair", "backup-1"],
  },
  {
    part,
    damage: "data damaged",
    description: "the bundled files of every backup overwritten",
    inject: (scene) => damageFiles(backup(scene), "backup/capstone/*/bundle/*"),
    provoke: ["restore-verify"],
    mend: ["backup", "--type", "full"],
  },
  {
    part,
    damage: "cannot start",
    description: "made unreadable, and its container killed",
    inject: (scene) => makeUnreadable(backup(scene), "backup"),
    provoke: ["restore-verify"],
    mend: ["repair", "backup-1"],
  },
];
