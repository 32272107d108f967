import type { EngineInfo } from "../../../infra/docker/engine/engine-facts.ts";
import type { Finding } from "../finding.ts";

/** Whether the engine can hold containers to their limits: without the controllers, one of them may take everything. */
export function checkCgroups(info: EngineInfo): Finding {
  const name = "cgroups";
  const { CgroupVersion, CgroupDriver, MemoryLimit, CpuCfsQuota, PidsLimit } = info;
  const controllers = { memory: MemoryLimit, cpu: CpuCfsQuota, pids: PidsLimit };
  const lacking = Object.entries(controllers)
    .filter(([, there]) => !there)
    .map(([controller]) => controller);
  const found = `version ${CgroupVersion ?? "1"}, driver ${CgroupDriver}`;
  if (lacking.length === 0) return { name, state: "ok", found: `${found}, memory, cpu and pids limited` };
  return {
    name,
    state: "warning",
    found: `${found}, without ${lacking.join(" and ")}`,
    advice:
      "Limits are not kept. A rootless engine needs cgroups version 2 and systemd to hand the controllers on: https://rootlesscontaine.rs/getting-started/common/cgroup2",
  };
}
