import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
  domain: { name: string; hostedZoneId: string };
  /** Another region than the stack's: CloudFront takes certificates of us-east-1 only. */
  region?: string;
}

/** A certificate that proves itself by DNS, and renews itself while that record stays. */
export class Certificate extends pulumi.ComponentResource {
  /** Known only once the certificate is issued. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Certificate", name, {}, options);
    const { domain } = args;
    const region = args.region ? { region: args.region } : {};

    const certificate = new aws.acm.Certificate(
      name,
      { domainName: domain.name, validationMethod: "DNS", ...region },
      { parent: this },
    );
    const proof = certificate.domainValidationOptions.apply(firstProof);
    const record = new aws.route53.Record(
      `${name}-proof`,
      {
        zoneId: domain.hostedZoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 300,
        allowOverwrite: true,
      },
      { parent: this },
    );
    const issued = new aws.acm.CertificateValidation(
      name,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn], ...region },
      { parent: this },
    );
    this.arn = issued.certificateArn;

    this.registerOutputs({ arn: this.arn });
  }
}

/** The addresses, old and new, of a name that AWS answers for. */
export function createAliasRecords(
  name: string,
  domain: { name: string; hostedZoneId: string },
  target: { name: pulumi.Input<string>; zoneId: pulumi.Input<string>; evaluateTargetHealth: boolean },
  types: ("A" | "AAAA")[],
  options: pulumi.CustomResourceOptions,
): void {
  for (const type of types) {
    new aws.route53.Record(
      `${name}-${type.toLowerCase()}`,
      { zoneId: domain.hostedZoneId, name: domain.name, type, aliases: [target] },
      options,
    );
  }
}

/** One name has one proof. */
function firstProof(options: aws.types.output.acm.CertificateDomainValidationOption[]) {
  const [proof] = options;
  if (!proof) throw new Error("ACM named no DNS record that would prove the certificate.");
  return proof;
}
