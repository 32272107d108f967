import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Certificate, createAliasRecords } from "../traffic/certificate.ts";
import { logPrefixes } from "./log-bucket.ts";
import type { PrivateBucket } from "./private-bucket.ts";

export interface AssetsDistributionArgs {
  bucket: aws.s3.Bucket;
  logBucket: PrivateBucket;
  domain: { name: string; hostedZoneId: string } | undefined;
}

/** Where CloudFront's own certificates, metrics and log deliveries are, whatever region a stack is in. */
export const globalRegion = "us-east-1";

/** The id of AWS's managed cache policy CachingOptimized. */
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** CloudFront in front of the uploads, which it alone may read. */
export class AssetsDistribution extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  /** In `globalRegion`; undefined with CloudFront's own name. */
  readonly certificateArn: pulumi.Output<string> | undefined;
  /** Without a trailing slash. */
  readonly url: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: AssetsDistributionArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:AssetsDistribution", name, {}, options);
    this.name = name;

    this.certificateArn =
      args.domain &&
      new Certificate(name, { domain: args.domain, region: globalRegion }, { parent: this }).arn;
    const distribution = this.createDistribution(
      args,
      this.createAccessControl(),
      this.createResponseHeaders(),
    );
    this.arn = distribution.arn;
    this.id = distribution.id;
    this.url = this.publish(args, distribution);
    this.deliverLogs(args, distribution);

    this.registerOutputs({ url: this.url });
  }

  private createAccessControl(): aws.cloudfront.OriginAccessControl {
    return new aws.cloudfront.OriginAccessControl(
      this.name,
      { originAccessControlOriginType: "s3", signingBehavior: "always", signingProtocol: "sigv4" },
      { parent: this },
    );
  }

  /** What people uploaded is shown where it is asked for, and never runs as a page; as the proxies say it on Docker. */
  private createResponseHeaders(): aws.cloudfront.ResponseHeadersPolicy {
    return new aws.cloudfront.ResponseHeadersPolicy(
      this.name,
      {
        name: this.name,
        securityHeadersConfig: {
          contentSecurityPolicy: {
            contentSecurityPolicy: "default-src 'none'; sandbox",
            override: true,
          },
          contentTypeOptions: { override: true },
          frameOptions: { frameOption: "SAMEORIGIN", override: true },
          referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: true },
          strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, override: true },
        },
        customHeadersConfig: {
          items: [{ header: "cross-origin-resource-policy", value: "cross-origin", override: true }],
        },
      },
      { parent: this },
    );
  }

  private createDistribution(
    args: AssetsDistributionArgs,
    accessControl: aws.cloudfront.OriginAccessControl,
    responseHeaders: aws.cloudfront.ResponseHeadersPolicy,
  ): aws.cloudfront.Distribution {
    return new aws.cloudfront.Distribution(
      this.name,
      {
        enabled: true,
        comment: `Uploads of ${this.name}`,
        isIpv6Enabled: true,
        httpVersion: "http2and3",
        // Edges in Europe and North America; those farther away cost more.
        priceClass: "PriceClass_100",
        origins: [
          {
            originId: "uploads",
            domainName: args.bucket.bucketRegionalDomainName,
            originAccessControlId: accessControl.id,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: "uploads",
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["GET", "HEAD"],
          cachedMethods: ["GET", "HEAD"],
          compress: true,
          cachePolicyId: cachingOptimized,
          responseHeadersPolicyId: responseHeaders.id,
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        ...this.viewerSettings(args),
        waitForDeployment: true,
      },
      { parent: this },
    );
  }

  private viewerSettings({ domain }: AssetsDistributionArgs) {
    // With CloudFront's own name comes its own certificate, whose least TLS version is not ours to choose.
    const { certificateArn } = this;
    if (!domain || !certificateArn) return { viewerCertificate: { cloudfrontDefaultCertificate: true } };
    return {
      aliases: [domain.name],
      viewerCertificate: {
        acmCertificateArn: certificateArn,
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: "TLSv1.2_2021",
      },
    };
  }

  private publish(
    { domain }: AssetsDistributionArgs,
    distribution: aws.cloudfront.Distribution,
  ): pulumi.Output<string> {
    if (!domain) return pulumi.interpolate`https://${distribution.domainName}`;
    const target = {
      name: distribution.domainName,
      zoneId: distribution.hostedZoneId,
      evaluateTargetHealth: false,
    };
    createAliasRecords(this.name, domain, target, ["A", "AAAA"], { parent: this });
    return pulumi.output(`https://${domain.name}`);
  }

  private deliverLogs(
    { logBucket }: AssetsDistributionArgs,
    distribution: aws.cloudfront.Distribution,
  ): void {
    const source = new aws.cloudwatch.LogDeliverySource(
      this.name,
      { name: this.name, logType: "ACCESS_LOGS", resourceArn: distribution.arn, region: globalRegion },
      { parent: this },
    );
    const destination = new aws.cloudwatch.LogDeliveryDestination(
      this.name,
      {
        name: this.name,
        outputFormat: "w3c",
        deliveryDestinationConfiguration: {
          destinationResourceArn: pulumi.interpolate`${logBucket.bucket.arn}/${logPrefixes.assets}`,
        },
        region: globalRegion,
      },
      { parent: this },
    );
    new aws.cloudwatch.LogDelivery(
      this.name,
      {
        deliverySourceName: source.name,
        deliveryDestinationArn: destination.arn,
        region: globalRegion,
      },
      // Before the bucket's policy says who may write, AWS would say it there itself.
      { parent: this, dependsOn: logBucket },
    );
  }
}
