import { damageFiles, loseConsensusData, makeUnreadable } from "../../actions/damage.ts";
import type { Scene } from "../../drill.ts";
import type { DamageCase } from "../damage.ts";

function memberCases(): DamageCase[] {
  const part = "consensus, one member";
  const member = (scene: Scene) => scene.any("consensus");
  const prepare = (scene: Scene) => forgetMemberRemakes(scene);
  return [
    {
      part,
      damage: "disk lost",
      description: "everything on it removed, and the member killed",
      inject: (scene) => loseConsensusData([member(scene)]),
    },
    {
      part,
      damage: "data damaged",
      description: "etcd's log overwritten, and the member killed",
      prepare,
      inject: (scene) => damageFiles(member(scene), "member-data/member/wal/*.wal"),
    },
    {
      part,
      damage: "cannot start",
      description: "its data made unreadable, and the member killed",
      prepare,
      inject: (scene) => makeUnreadable(member(scene), "member-data/member"),
    },
  ];
}

function allMembersCases(): DamageCase[] {
  const part = "consensus, all members";
  const members = (scene: Scene) => scene.stack.parts("consensus");
  return [
    {
      part,
      damage: "disk lost",
      description: "everything on them removed, and the members killed",
      inject: (scene) => loseConsensusData(members(scene)),
    },
    {
      part,
      damage: "data damaged",
      description: "etcd's log overwritten on all, and the members killed",
      prepare: forgetMemberRemakes,
      async inject(scene) {
        await Promise.all(members(scene).map((one) => damageFiles(one, "member-data/member/wal/*.wal")));
      },
      mend: ["repair", "consensus"],
    },
    {
      part,
      damage: "cannot start",
      description: "their data made unreadable, and the members killed",
      prepare: forgetMemberRemakes,
      async inject(scene) {
        await Promise.all(members(scene).map((one) => makeUnreadable(one, "member-data/member")));
      },
      mend: ["repair", "consensus"],
    },
  ];
}

/** Members are put aside once an hour at most: as if the last time were long ago. */
async function forgetMemberRemakes({ stack }: Scene): Promise<void> {
  const forget = ["sh", "-c", "rm -f /var/lib/consensus/*.remade /var/lib/consensus/*.failing-since"];
  await Promise.all(stack.parts("consensus").map((member) => member.run(forget)));
}

export const consensusCases: DamageCase[] = [...memberCases(), ...allMembersCases()];
