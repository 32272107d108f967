import { damageFiles, loseDisk, makeUnreadable } from "../../actions/damage.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

const part = "object store, one node";
const node = (scene: Scene) => scene.any("object-store");
const prepare = async ({ stack }: Scene) => {
  const forget = ["sh", "-c", "rm -f /var/lib/garage/data/remade /var/lib/garage/data/failing-since"];
  await Promise.all(stack.parts("object-store").map((one) => one.run(forget)));
};

export const objectStoreCases: DamageCase[] = [
  {
    part,
    damage: "disk lost",
    description: "everything on it removed, and the node killed",
    inject: (scene) => loseDisk(node(scene)),
  },
  {
    part,
    damage: "data damaged",
    description: "Garage's metadata overwritten, and the node killed",
    prepare,
    inject: (scene) => damageFiles(node(scene), "meta/db.sqlite"),
  },
  {
    part,
    damage: "cannot start",
    description: "Garage's metadata made unreadable, and the node killed",
    prepare,
    inject: (scene) => makeUnreadable(node(scene), "meta/db.sqlite"),
  },
];
