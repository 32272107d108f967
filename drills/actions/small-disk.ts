import { partLabels } from "../../infra/naming.ts";
import { type Role, userIds } from "../../infra/topology.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { standInLabel } from "../../running-stack/stand-in.ts";

/**
 * A volume in memory with a real size limit; it is removed with its stand-in.
 * @returns Its name.
 */
export async function smallDisk(
  stack: RunningStack,
  name: string,
  megabytes: number,
  role: Role,
): Promise<string> {
  const [label = "", value = ""] = standInLabel.split("=");
  await stack.engine.createVolume({
    Name: name,
    Driver: "local",
    DriverOpts: {
      type: "tmpfs",
      device: "tmpfs",
      o: `size=${megabytes}m,uid=${userIds.database},gid=${userIds.database},mode=0700`,
    },
    Labels: { ...partLabels(stack.name, role), [label]: value },
  });
  return name;
}
