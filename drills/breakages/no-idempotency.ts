import { changedFile, standIn } from "../../running-stack/stand-in.ts";
import type { Breakage } from "../breakage.ts";

const file = "/etc/capstone/haproxy.cfg";

export const breakage: Breakage = {
  description: "The proxies take the idempotency key off every request.",
  drill: "app-node-killed",
  caughtBy: /writes were done twice/,
  async apply(stack) {
    for (const part of stack.parts("proxy")) {
      const changed = await changedFile(part, file, [
        "backend app-repeated\n",
        "backend app-repeated\n  http-request del-header idempotency-key\n",
      ]);
      await standIn(stack.engine, part, { files: { [file]: changed } });
    }
  },
};
