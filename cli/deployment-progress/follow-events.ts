import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

const pauseMs = 200;

/**
 * Reads the events that the engine writes into a file, as it writes them.
 * @param writing Settles when nothing more is written.
 */
export async function followEvents(
  file: string,
  writing: Promise<unknown>,
  take: (event: EngineEvent) => void,
): Promise<void> {
  let isOver = false;
  const over = writing.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  await using source = await open(file, "r");
  const buffer = Buffer.alloc(1 << 16);
  let rest = Buffer.alloc(0);
  for (;;) {
    // What was written before it ended is read after that.
    const wasOver = isOver;
    const { bytesRead } = await source.read(buffer, 0, buffer.length);
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      const line = rest.subarray(0, end).toString();
      rest = rest.subarray(end + 1);
      if (line.trim()) take(JSON.parse(line) as EngineEvent);
    }
    if (bytesRead > 0) continue;
    if (wasOver) return;
    await Promise.race([sleep(pauseMs), over]);
  }
}
