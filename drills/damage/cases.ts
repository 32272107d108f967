import { consensusCases } from "./cases/consensus.ts";
import { databaseCases } from "./cases/database.ts";
import { engineStateCases } from "./cases/engine-state.ts";
import { metricsCases } from "./cases/metrics.ts";
import { objectStoreCases } from "./cases/object-store.ts";
import { repositoryCases } from "./cases/repository.ts";
import type { DamageCase } from "./damage.ts";

/** Every part with every damage, in the order of the documents. */
export const damageCases: DamageCase[] = [
  ...databaseCases,
  ...consensusCases,
  ...objectStoreCases,
  ...repositoryCases,
  ...metricsCases,
  ...engineStateCases,
];
