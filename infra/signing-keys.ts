import * as pulumi from "@pulumi/pulumi";
import { randomBytes } from "./random-bytes.ts";

/**
 * The seeds of the keys that sign sessions, as the service reads them: JSON with the generation that signs and every
 * generation that verifies. The next one is known to every node before it signs, and the last one after: a rotation
 * that rolls through the nodes one by one logs nobody out.
 * @param name The start of the resources' names.
 */
export function signingKeys(
  name: string,
  active: number,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const keys = [active - 1, active, active + 1].map((generation) => [
    String(generation),
    randomBytes(`${name}${generation}`, options).base64,
  ]);
  return pulumi.secret(pulumi.jsonStringify({ active, keys: Object.fromEntries(keys) }));
}
