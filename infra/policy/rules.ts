import type { Rule } from "./rule.ts";
import { imageByContent, leastPrivilege, noSecretInEnvironment } from "./rules/containers.ts";
import { backedUp, deletionProtected, logsKept, overZones, rollsBack } from "./rules/durability.ts";
import { encryptedAtRest, encryptedInTransit } from "./rules/encryption.ts";
import {
  bucketsPrivate,
  onlyLoadBalancerPublic,
  onlyNeighboursTalk,
  publishedOnLoopback,
} from "./rules/exposure.ts";
import { noWideTrust, noWildcard } from "./rules/identity.ts";
import { tagged } from "./rules/tags.ts";

/** Every rule, for both targets: a rule finds nothing where there is nothing that it speaks of. */
export const rules: Rule[] = [
  onlyLoadBalancerPublic,
  bucketsPrivate,
  onlyNeighboursTalk,
  publishedOnLoopback,
  encryptedAtRest,
  encryptedInTransit,
  backedUp,
  overZones,
  deletionProtected,
  logsKept,
  rollsBack,
  noWildcard,
  noWideTrust,
  noSecretInEnvironment,
  leastPrivilege,
  imageByContent,
  tagged,
];
