import {
  damagePage,
  dropTableForDamage,
  forgetRemakes,
  makeTableForDamage,
  remadeAtMs,
} from "../actions/damage.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A page on the replica's disk is damaged: it is noticed, and the replica remade.",
  async prepare(scene) {
    await forgetRemakes(scene.stack);
    await makeTableForDamage(scene);
  },
  async inject(scene) {
    const struck = scene.replica;
    await damagePage(struck);
    const struckAtMs = Date.now();
    const remade = await scene.until(async () => (await remadeAtMs(struck)) > struckAtMs, 300_000);
    if (!remade) throw new Error(`${struck.name} was not remade within 300 s.`);
  },
  cleanUp: (scene) => dropTableForDamage(scene.primary),
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: false,
};
