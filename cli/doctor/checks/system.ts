import type { Finding } from "../finding.ts";

export interface System {
  platform: NodeJS.Platform;
  /** As Node says it: "x64". */
  architecture: string;
  /** As `uname -r` says it. */
  kernel: string;
}

const names: Partial<Record<NodeJS.Platform, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };

/** The operating system and its processor. WSL is a Linux whose kernel is Microsoft's. */
export function checkSystem({ platform, architecture, kernel }: System): Finding {
  const name = "operating system";
  const wsl = platform === "linux" && /microsoft/i.test(kernel);
  const found = `${wsl ? "Linux under WSL" : (names[platform] ?? platform)} ${architecture}, kernel ${kernel}`;
  if (platform === "win32")
    return {
      name,
      state: "missing",
      found,
      advice: "Windows itself is not supported: clone the project inside WSL 2 and run it there.",
      stops: true,
    };
  if ((platform !== "linux" && platform !== "darwin") || !["x64", "arm64"].includes(architecture))
    return {
      name,
      state: "missing",
      found,
      advice: "Supported are Linux (WSL too) and macOS on x64 and arm64.",
      stops: true,
    };
  if (platform === "linux" && architecture === "x64" && !wsl) return { name, state: "ok", found };
  return {
    name,
    state: "warning",
    found,
    advice:
      "Everything is tested on Linux x64; docs/portability.md says what was tried here and what was not.",
  };
}
