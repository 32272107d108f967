/** What AWS and Docker would answer to read-only calls, for graphs made without either. */

const accountId = "123456789012";

/**
 * Answers a provider function.
 * @param config the stack's config, for the region.
 * @throws Error naming the function when nothing is known about it, so that no graph is made of guesses.
 */
export function answerInvoke(
  token: string,
  inputs: Record<string, unknown>,
  config: Record<string, string>,
): Record<string, unknown> {
  const region = config["aws:region"] ?? "eu-central-1";
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones": {
      // The first zone is impaired: who asks for available ones alone is not told of it.
      const letters = inputs.state === "available" ? ["b", "c", "d"] : ["a", "b", "c", "d"];
      const names = letters.map((letter) => `${region}${letter}`);
      return {
        id: region,
        names,
        zoneIds: names.map((_, index) => `${shortRegion(region)}-az${index + 1}`),
        ...inputs,
      };
    }
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return {
        id: accountId,
        accountId,
        arn: `arn:aws:iam::${accountId}:user/person`,
        userId: "AIDACKCEVSQ6C2EXAMPLE",
      };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:index/getRegion:getRegion":
      return {
        id: region,
        region,
        name: region,
        description: region,
        endpoint: `ec2.${region}.amazonaws.com`,
      };
    case "aws:ec2/getManagedPrefixList:getManagedPrefixList":
      return { ...inputs, id: "pl-6ea54007", arn: `arn:aws:ec2:${region}:aws:prefix-list/pl-6ea54007` };
    case "aws:route53/getZone:getZone":
      // Whatever its id, the one zone that there is; an id that says so is a private one.
      return {
        ...inputs,
        id: inputs.zoneId,
        name: "example.com",
        privateZone: String(inputs.zoneId).endsWith("PRIVATE"),
      };
    default:
      throw new Error(
        `The graph has no answer for the provider function ${token}; add one to cloud-answers.ts.`,
      );
  }
}

/** Outputs that are lists or objects, for programs that reach into them. */
export function nestedOutputs(type: string, property: string, reference: (path: string) => string): unknown {
  const fields = nestedFields[`${type}.${property}`];
  if (!fields) return undefined;
  return [Object.fromEntries(fields.map((field) => [field, reference(`${property}[0].${field}`)]))];
}

const nestedFields: Record<string, string[]> = {
  "aws:acm/certificate:Certificate.domainValidationOptions": [
    "domainName",
    "resourceRecordName",
    "resourceRecordType",
    "resourceRecordValue",
  ],
  "aws:rds/instance:Instance.masterUserSecrets": ["kmsKeyId", "secretArn", "secretStatus"],
  "aws:rds/cluster:Cluster.masterUserSecrets": ["kmsKeyId", "secretArn", "secretStatus"],
};

/** `eu-central-1` is `euc1` in the names of zones. */
function shortRegion(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  return `${area}${direction[0]}${number}`;
}
