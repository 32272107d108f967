import { counterparts, services } from "./counterparts.ts";

/** CloudFormation's type for one of Pulumi's: what the table says, or the service and the class. */
export function typeOf(type: string): string {
  const known = counterparts[type]?.type;
  if (known) return known;
  const [, module = "", className = ""] = type.split(":");
  const service = module.split("/")[0] ?? "";
  return `AWS::${services[service] ?? service}::${className}`;
}
