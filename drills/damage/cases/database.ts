import type { Part } from "../../../running-stack/part.ts";
import {
  damagePage,
  dropTableForDamage,
  forgetRemakes,
  loseControlFile,
  loseDisk,
  makeTableForDamage,
  remadeAtMs,
} from "../../actions/damage.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

export const databaseCases: DamageCase[] = [
  ...cases("database, primary", ({ primary }) => primary),
  ...cases("database, replica", ({ replica }) => replica),
];

function cases(
  part: "database, primary" | "database, replica",
  choose: (scene: Scene) => Part,
): DamageCase[] {
  const prepare = (scene: Scene) => forgetRemakes(scene.stack);
  let struck: Part | undefined;
  let struckAtMs = 0;
  const strike = (scene: Scene) => {
    struck = choose(scene);
    struckAtMs = Date.now();
    return struck;
  };
  return [
    {
      part,
      damage: "disk lost",
      description: "everything on it removed, and the node killed",
      prepare,
      inject: (scene) => loseDisk(strike(scene)),
    },
    {
      part,
      damage: "data damaged",
      description: "sixteen bytes of a table's page flipped",
      async prepare(scene) {
        await prepare(scene);
        await makeTableForDamage(scene);
      },
      inject: (scene) => damagePage(strike(scene)),
      isMended: async () => struck !== undefined && (await remadeAtMs(struck)) > struckAtMs,
      cleanUp: (scene) => dropTableForDamage(scene.primary),
    },
    {
      part,
      damage: "cannot start",
      description: "control file overwritten, and the node killed",
      prepare,
      inject: (scene) => loseControlFile(strike(scene)),
    },
  ];
}
