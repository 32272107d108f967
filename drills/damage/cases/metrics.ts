import { damageFiles, loseDisk, makeUnreadable } from "../../actions/damage.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

const part = "metrics";
const prometheus = (scene: Scene) => scene.stack.part("metrics");

export const metricsCases: DamageCase[] = [
  {
    part,
    damage: "disk lost",
    description: "everything on it removed, and Prometheus killed",
    inject: (scene) => loseDisk(prometheus(scene)),
  },
  {
    part,
    damage: "data damaged",
    description: "its log overwritten, and Prometheus killed",
    inject: (scene) => damageFiles(prometheus(scene), "data/wal/0*"),
  },
  {
    part,
    damage: "cannot start",
    description: "its data made unreadable, and Prometheus killed",
    inject: (scene) => makeUnreadable(prometheus(scene), "data/wal"),
    mend: ["repair", "metrics-1"],
  },
];
