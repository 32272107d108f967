import { readEngine } from "./ask-engine.ts";

/** What is used here of an engine's answer on `/info`. */
export interface EngineInfo {
  ServerVersion: string;
  OperatingSystem: string;
  Name: string;
  KernelVersion: string;
  Architecture: string;
  NCPU: number;
  /** Bytes. */
  MemTotal: number;
  DockerRootDir: string;
  CgroupVersion?: string;
  CgroupDriver: string;
  MemoryLimit: boolean;
  CpuCfsQuota: boolean;
  PidsLimit: boolean;
  SecurityOptions?: string[] | null;
  RegistryConfig?: { Mirrors?: string[] | null } | null;
  HttpProxy?: string;
  HttpsProxy?: string;
}

export function readEngineInfo(socketPath: string): Promise<EngineInfo | undefined> {
  return readEngine<EngineInfo>(socketPath, "/info");
}

export interface EngineKind {
  /** As people call it. */
  name: string;
  /** Whether it runs in a virtual machine of its own: its memory and disk are not this machine's. */
  inMachineOfItsOwn: boolean;
}

/** Which of the engines it is, by what it says of itself. */
export function kindOfEngine({ OperatingSystem, Name, SecurityOptions }: EngineInfo): EngineKind {
  if (OperatingSystem.startsWith("Docker Desktop"))
    return { name: "Docker Desktop", inMachineOfItsOwn: true };
  if (OperatingSystem === "OrbStack") return { name: "OrbStack", inMachineOfItsOwn: true };
  if (/^colima(-|$)/.test(Name)) return { name: "Colima", inMachineOfItsOwn: true };
  if (Name === "lima-rancher-desktop") return { name: "Rancher Desktop", inMachineOfItsOwn: true };
  if (Name.startsWith("lima-")) return { name: "Lima", inMachineOfItsOwn: true };
  const rootless = SecurityOptions?.some((option) => option === "name=rootless") ?? false;
  return { name: rootless ? "Docker Engine, rootless" : "Docker Engine", inMachineOfItsOwn: false };
}
