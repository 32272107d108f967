import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../account/policy-document.ts";

export interface NetworkEndpointsArgs {
  accountId: string;
  region: string;
  /** The two buckets of ours that are reached from inside; of the second, tasks read what they import. */
  uploadsBucketArn: string;
  importBucketArn: string;
  vpc: aws.ec2.Vpc;
  subnets: aws.ec2.Subnet[];
  routeTables: aws.ec2.RouteTable[];
  interfaceEndpoints: boolean;
}

/** What a task needs to start, and to write its log. */
const interfaceServices = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];

/** Ways to AWS's services that do not leave the network. The one to S3 is free and always there. */
export class NetworkEndpoints extends pulumi.ComponentResource {
  readonly objectStore: aws.ec2.VpcEndpoint;
  readonly interfaces: aws.ec2.VpcEndpoint[];
  /** Who may use the interface endpoints; undefined where there are none. */
  readonly securityGroup: aws.ec2.SecurityGroup | undefined;
  private readonly name: string;

  constructor(name: string, args: NetworkEndpointsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:NetworkEndpoints", name, {}, options);
    this.name = name;

    this.objectStore = this.createGateway(args);
    this.securityGroup = args.interfaceEndpoints ? this.createSecurityGroup(args) : undefined;
    this.interfaces = this.createInterfaces(args);

    this.registerOutputs();
  }

  private createGateway(args: NetworkEndpointsArgs): aws.ec2.VpcEndpoint {
    const { region, vpc, routeTables, uploadsBucketArn, importBucketArn } = args;
    return new aws.ec2.VpcEndpoint(
      `${this.name}-s3`,
      {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: routeTables.map((table) => table.id),
        // Nothing is carried off to a bucket of somebody else's.
        policy: policyDocument([
          {
            Sid: "Uploads",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:*",
            Resource: [uploadsBucketArn, `${uploadsBucketArn}/*`],
          },
          {
            Sid: "Imports",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: `${importBucketArn}/*`,
          },
          {
            // Where the registry keeps what images are made of:
            // docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
            Sid: "ImageLayers",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
          },
        ]),
      },
      { parent: this },
    );
  }

  private createSecurityGroup({ vpc }: NetworkEndpointsArgs): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.name,
      { vpcId: vpc.id, description: "Endpoints of AWS services: TLS from the application." },
      { parent: this },
    );
  }

  private createInterfaces(args: NetworkEndpointsArgs): aws.ec2.VpcEndpoint[] {
    const { accountId, region, vpc, subnets } = args;
    const group = this.securityGroup;
    if (!group) return [];
    return interfaceServices.map(
      (service) =>
        new aws.ec2.VpcEndpoint(
          `${this.name}-${service.replace(".", "-")}`,
          {
            vpcId: vpc.id,
            serviceName: `com.amazonaws.${region}.${service}`,
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: subnets.map((subnet) => subnet.id),
            securityGroupIds: [group.id],
            policy: policyDocument([
              {
                Sid: "RolesOfThisAccount",
                Effect: "Allow",
                Principal: "*",
                Action: `${service.split(".")[0]}:*`,
                Resource: "*",
                Condition: { StringEquals: { "aws:PrincipalAccount": accountId } },
              },
            ]),
          },
          { parent: this },
        ),
    );
  }
}
