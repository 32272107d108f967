import * as aws from "@pulumi/aws";
import type { AwsConfiguration } from "../../configuration/configuration.ts";
import { PersonError } from "../../errors.ts";

/** Where a stack lives, known before the first resource. */
export interface Account {
  accountId: string;
  region: string;
  /** The zones in use, in alphabetical order, so that a new zone of the region moves nothing. */
  zoneNames: string[];
}

/**
 * Asks AWS what the configuration leaves open and cannot know; reads only.
 * @throws PersonError when the region has fewer zones than asked for, or the domain is not in its hosted zone.
 */
export async function lookUpAccount(configuration: AwsConfiguration): Promise<Account> {
  const { region, availabilityZones, domain } = configuration;
  const [identity, zones] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getAvailabilityZones({
      // In whatever state: AWS marks a zone in trouble impaired, and without it every subnet would move on to the next.
      // Without local zones and the ones that an account has to ask for.
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    }),
  ]);
  if (zones.names.length < availabilityZones) {
    throw new PersonError(
      `capstone:availabilityZones is ${availabilityZones}; ${region} has ${zones.names.length} (${zones.names.join(", ")}).`,
    );
  }
  if (domain) await checkDomain(domain);
  return {
    accountId: identity.accountId,
    region,
    zoneNames: zones.names.toSorted().slice(0, availabilityZones),
  };
}

/** A wrong zone would hold the deployment for the hour that a certificate waits for its proof. */
async function checkDomain({ name, hostedZoneId }: { name: string; hostedZoneId: string }): Promise<void> {
  const zone = await aws.route53.getZone({ zoneId: hostedZoneId });
  if (zone.privateZone) {
    throw new PersonError(
      `capstone:hostedZoneId ${hostedZoneId} is a private hosted zone, whose records no certificate authority sees; allowed is a public one.`,
    );
  }
  const zoneName = zone.name.replace(/\.$/, "");
  if (name !== zoneName && !name.endsWith(`.${zoneName}`)) {
    throw new PersonError(
      `capstone:domain is "${name}"; hosted zone ${hostedZoneId} holds ${zoneName}, so allowed is a name in that.`,
    );
  }
}
