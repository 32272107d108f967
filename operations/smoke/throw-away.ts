import { PersonError } from "../../infra/errors.ts";

/**
 * The region of a stack that may be made, broken and removed at will.
 * @param configuration by full keys, with the values as YAML has them: a truth may be one, or text.
 * @throws PersonError for a stack that is to be kept.
 */
export function throwAwayRegion(stack: string, configuration: Record<string, unknown>): string {
  const settings = ["capstone:target", "capstone:deletionProtection", "aws:region"];
  const [target, protection, region] = settings.map((key) => String(configuration[key] ?? ""));
  if (target !== "aws" || protection !== "false") {
    throw new PersonError(
      `The stack ${stack} is not one to throw away; allowed are stacks with capstone:target aws and capstone:deletionProtection false.`,
    );
  }
  if (!region)
    throw new PersonError(`Pulumi.${stack}.yaml does not set aws:region; the experiments need it.`);
  return region;
}
