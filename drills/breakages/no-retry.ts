import { changedFile, standIn } from "../../running-stack/stand-in.ts";
import type { Breakage } from "../breakage.ts";

const file = "/capstone/app/database/retry.ts";

export const breakage: Breakage = {
  description: "The application asks the database once and never again.",
  drill: "primary-killed",
  caughtBy: /requests failed, allowed are 0/,
  async apply(stack) {
    for (const part of stack.parts("app")) {
      const changed = await changedFile(part, file, ["const maxAttempts = 12;", "const maxAttempts = 1;"]);
      await standIn(stack.engine, part, { files: { [file]: changed } });
    }
  },
};
