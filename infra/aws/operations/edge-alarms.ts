import type { Network } from "../network/network.ts";
import type { AssetsDistribution } from "../storage/assets-distribution.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import type { NamedAlarm } from "./alarm.ts";

/** A certificate renews itself 60 days before its end; half of that is time to look. */
const certificateDays = 30;

/** What lets people in and tasks out: certificate, web firewall, NAT. */
export function edgeAlarms(region: string, traffic: LoadBalancer, network: Network): NamedAlarm[] {
  const alarms: NamedAlarm[] = traffic.certificateArn ? [certificateAge(traffic.certificateArn)] : [];
  if (traffic.firewallName) {
    alarms.push({
      suffix: "firewall-blocks",
      description: "The web firewall blocked 500 requests in five minutes: see in its log which.",
      namespace: "AWS/WAFV2",
      metricName: "BlockedRequests",
      dimensions: { WebACL: traffic.firewallName, Region: region, Rule: "ALL" },
      statistic: "Sum",
      goesOff: "above",
      threshold: 500,
      periodSeconds: 300,
      badPeriods: { least: 1, of: 1 },
      whenSilent: "notBreaching",
    });
  }
  return [
    ...alarms,
    ...network.natGateways.map(
      (gateway, index): NamedAlarm => ({
        suffix: `nat-${index + 1}`,
        description:
          "The NAT gateway has no port left for new connections: look in the flow logs for who opens so many.",
        namespace: "AWS/NATGateway",
        metricName: "ErrorPortAllocation",
        dimensions: { NatGatewayId: gateway.id },
        statistic: "Sum",
        goesOff: "above",
        threshold: 0,
        periodSeconds: 60,
        badPeriods: { least: 3, of: 5 },
        whenSilent: "notBreaching",
      }),
    ),
  ];
}

/** Of CloudFront, whose metrics and certificate are in one region for all the world. */
export function assetsAlarms(distribution: AssetsDistribution): NamedAlarm[] {
  return [
    ...(distribution.certificateArn ? [certificateAge(distribution.certificateArn)] : []),
    {
      suffix: "assets-errors",
      description:
        "CloudFront answers more than one request for an upload in twenty with 5xx: look at the bucket's policy and the key's.",
      namespace: "AWS/CloudFront",
      metricName: "5xxErrorRate",
      dimensions: { DistributionId: distribution.id, Region: "Global" },
      statistic: "Average",
      goesOff: "above",
      // Percent.
      threshold: 5,
      periodSeconds: 60,
      badPeriods: { least: 3, of: 5 },
      whenSilent: "notBreaching",
    },
  ];
}

function certificateAge(arn: NonNullable<LoadBalancer["certificateArn"]>): NamedAlarm {
  return {
    suffix: "certificate-age",
    description: `The certificate ends within ${certificateDays} days and was not renewed: look at its DNS record.`,
    namespace: "AWS/CertificateManager",
    metricName: "DaysToExpiry",
    dimensions: { CertificateArn: arn },
    statistic: "Minimum",
    goesOff: "below",
    threshold: certificateDays,
    periodSeconds: 86_400,
    badPeriods: { least: 1, of: 1 },
    whenSilent: "notBreaching",
  };
}
