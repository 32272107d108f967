import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A proxy's HAProxy hangs (SIGSTOP); its watchdog starts it anew.",
  async inject(scene) {
    const proxy = scene.any("proxy");
    const hung = (await proxy.processes()).find(({ command }) => command.startsWith("haproxy"))?.pid;
    await proxy.signal(/^haproxy/, "SIGSTOP", "HAProxy hung");
    await scene.until(async () => (await proxy.processes()).every(({ pid }) => pid !== hung), 30_000);
  },
  expected: { writesPauseMs: 8_000 },
  soak: true,
};
