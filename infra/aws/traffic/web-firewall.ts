import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface WebFirewallArgs {
  loadBalancerArn: pulumi.Input<string>;
  keyArn: pulumi.Input<string>;
  logRetentionDays: number;
  /** Whether it is the project's own service, which takes images at `avatarPath`. */
  avatars: boolean;
}

/**
 * AWS's managed groups, in the order they are asked. Rules that only count would stop honest use: what people write is
 * JSON with any text in it, an avatar is larger than the body that the common rules allow, and its bytes can look like
 * anything.
 */
const managedGroups: { name: string; counted: string[]; exceptAvatar?: true }[] = [
  { name: "AWSManagedRulesAmazonIpReputationList", counted: [] },
  {
    name: "AWSManagedRulesCommonRuleSet",
    counted: [
      "SizeRestrictions_BODY",
      "CrossSiteScripting_BODY",
      "EC2MetaDataSSRF_BODY",
      "GenericLFI_BODY",
      "GenericRFI_BODY",
    ],
  },
  // Its rules for bodies look for attacks on Java, which no text is taken for; an image's bytes might be.
  { name: "AWSManagedRulesKnownBadInputsRuleSet", counted: [], exceptAvatar: true },
  { name: "AWSManagedRulesSQLiRuleSet", counted: ["SQLi_BODY", "SQLiExtendedPatterns_BODY"] },
];

/** Where images come in. */
const avatarPath = "/api/v1/me/avatar";

/** Requests of one address in five minutes; the service's own limits for an account are far below. */
const requestsPerAddress = 5000;

/** The web firewall in front of the load balancer. */
export class WebFirewall extends pulumi.ComponentResource {
  /** CloudWatch knows its requests by this, not by the name of a metric. */
  readonly firewallName: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: WebFirewallArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:WebFirewall", name, {}, options);
    this.name = name;

    const firewall = this.createFirewall(args);
    this.firewallName = firewall.name;
    new aws.wafv2.WebAclAssociation(
      name,
      { webAclArn: firewall.arn, resourceArn: args.loadBalancerArn },
      { parent: this },
    );
    this.log(firewall, args);

    this.registerOutputs();
  }

  private createFirewall({ avatars }: WebFirewallArgs): aws.wafv2.WebAcl {
    return new aws.wafv2.WebAcl(
      this.name,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        // What is counted under this name is the requests that no rule decided.
        visibilityConfig: this.visibility(this.name),
        rules: [
          {
            name: "requests-per-address",
            priority: 0,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: requestsPerAddress, aggregateKeyType: "IP" } },
            visibilityConfig: this.visibility("requests-per-address"),
          },
          ...managedGroups.map(({ name, counted, exceptAvatar }, index) => ({
            name,
            priority: index + 1,
            overrideAction: { none: {} },
            statement: {
              managedRuleGroupStatement: {
                vendorName: "AWS",
                name,
                ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
                ...(exceptAvatar && avatars && { scopeDownStatement: this.allBut(avatarPath) }),
              },
            },
            visibilityConfig: this.visibility(name),
          })),
        ],
      },
      { parent: this },
    );
  }

  private allBut(path: string) {
    const ofPath = {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: "EXACTLY",
      searchString: path,
      textTransformations: [{ priority: 0, type: "NONE" }],
    };
    return { notStatement: { statement: { byteMatchStatement: ofPath } } };
  }

  private visibility(metricName: string) {
    return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
  }

  private log(firewall: aws.wafv2.WebAcl, { keyArn, logRetentionDays }: WebFirewallArgs): void {
    const logGroup = new aws.cloudwatch.LogGroup(
      this.name,
      // WAF writes to groups with this beginning only.
      { name: `aws-waf-logs-${this.name}`, retentionInDays: logRetentionDays, kmsKeyId: keyArn },
      { parent: this },
    );
    new aws.wafv2.WebAclLoggingConfiguration(
      this.name,
      {
        resourceArn: firewall.arn,
        logDestinationConfigs: [logGroup.arn],
        redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
        loggingFilter: {
          defaultBehavior: "DROP",
          filters: [
            {
              behavior: "KEEP",
              requirement: "MEETS_ANY",
              conditions: [
                { actionCondition: { action: "BLOCK" } },
                { actionCondition: { action: "COUNT" } },
              ],
            },
          ],
        },
      },
      { parent: this },
    );
  }
}
