import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FlowLogs } from "./flow-logs.ts";
import { NetworkEndpoints } from "./network-endpoints.ts";
import { SecurityGroups } from "./security-groups.ts";
import { subnetCidr, type Tier } from "./subnet-plan.ts";

export interface NetworkArgs {
  accountId: string;
  region: string;
  cidr: string;
  zoneNames: string[];
  natGateways: "perZone" | "single" | "none";
  interfaceEndpoints: boolean;
  uploadsBucketArn: string;
  importBucketArn: string;
  /** Where the application nodes listen. */
  appPort: number;
  /** Encrypts the flow logs. */
  keyArn: pulumi.Input<string>;
  logRetentionDays: number;
}

/**
 * A network over several zones: public subnets for the load balancer, private ones for the application, isolated
 * ones, without any way out, for the database.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpc: aws.ec2.Vpc;
  readonly publicSubnets: aws.ec2.Subnet[];
  readonly privateSubnets: aws.ec2.Subnet[];
  readonly isolatedSubnets: aws.ec2.Subnet[];
  readonly securityGroups: SecurityGroups;
  readonly endpoints: NetworkEndpoints;
  readonly natGateways: aws.ec2.NatGateway[];
  private readonly privateWays: pulumi.Resource[] = [];
  private readonly name: string;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Network", name, {}, options);
    this.name = name;

    this.vpc = this.createVpc(args);
    this.publicSubnets = this.createSubnets("public", args);
    this.privateSubnets = this.createSubnets("private", args);
    this.isolatedSubnets = this.createSubnets("isolated", args);
    this.routeIsolated();
    const internetRoute = this.routePublic();
    this.natGateways = this.createNatGateways(args, internetRoute);
    const privateTables = this.routePrivate();
    this.endpoints = this.createEndpoints(args, privateTables);
    this.securityGroups = this.createSecurityGroups(args);
    this.createFlowLogs(args);

    this.registerOutputs();
  }

  /** What a task in a private subnet must wait for before it can fetch its image. */
  get ready(): pulumi.Resource[] {
    return [this.securityGroups, this.endpoints, ...this.privateWays];
  }

  private createVpc({ cidr }: NetworkArgs): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      this.name,
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true },
      { parent: this },
    );
    // Closed, so that whatever is put into the network without a group of its own reaches nothing.
    new aws.ec2.DefaultSecurityGroup(
      `${this.name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [] },
      { parent: this },
    );
    return vpc;
  }

  private createSubnets(tier: Tier, { cidr, zoneNames }: NetworkArgs): aws.ec2.Subnet[] {
    return zoneNames.map(
      (availabilityZone, zone) =>
        new aws.ec2.Subnet(
          `${this.name}-${tier}-${zone + 1}`,
          {
            vpcId: this.vpc.id,
            availabilityZone,
            cidrBlock: subnetCidr(cidr, tier, zone),
            // The load balancer brings its own addresses, and nothing else is public.
            mapPublicIpOnLaunch: false,
            tags: { "capstone:tier": tier },
          },
          { parent: this },
        ),
    );
  }

  private routeIsolated(): void {
    this.associate("isolated", this.isolatedSubnets, this.createRouteTable("isolated"));
  }

  private routePublic(): aws.ec2.Route {
    const gateway = new aws.ec2.InternetGateway(this.name, { vpcId: this.vpc.id }, { parent: this });
    const table = this.createRouteTable("public");
    this.associate("public", this.publicSubnets, table);
    return this.createDefaultRoute("public", table, { gatewayId: gateway.id });
  }

  private createNatGateways({ natGateways }: NetworkArgs, internetRoute: aws.ec2.Route) {
    const count = { perZone: this.publicSubnets.length, single: 1, none: 0 }[natGateways];
    return this.publicSubnets
      .slice(0, count)
      .map((subnet, zone) => this.createNatGateway(zone + 1, subnet, internetRoute));
  }

  /** A table for each zone, so that each can lead to its own zone's gateway. */
  private routePrivate(): aws.ec2.RouteTable[] {
    return this.privateSubnets.map((subnet, zone) => {
      const table = this.createRouteTable(`private-${zone + 1}`);
      this.privateWays.push(...this.associate(`private-${zone + 1}`, [subnet], table));
      const gateway = this.natGateways[zone] ?? this.natGateways[0];
      if (gateway) {
        const target = { natGatewayId: gateway.id };
        this.privateWays.push(this.createDefaultRoute(`private-${zone + 1}`, table, target));
      }
      return table;
    });
  }

  private createNatGateway(number: number, subnet: aws.ec2.Subnet, internetRoute: aws.ec2.Route) {
    const name = `${this.name}-nat-${number}`;
    const address = new aws.ec2.Eip(name, { domain: "vpc" }, { parent: this });
    return new aws.ec2.NatGateway(
      name,
      { subnetId: subnet.id, allocationId: address.id },
      { parent: this, dependsOn: internetRoute },
    );
  }

  private createRouteTable(suffix: string): aws.ec2.RouteTable {
    return new aws.ec2.RouteTable(`${this.name}-${suffix}`, { vpcId: this.vpc.id }, { parent: this });
  }

  private createDefaultRoute(
    suffix: string,
    table: aws.ec2.RouteTable,
    target: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">,
  ): aws.ec2.Route {
    return new aws.ec2.Route(
      `${this.name}-${suffix}`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },
      { parent: this },
    );
  }

  private associate(suffix: string, subnets: aws.ec2.Subnet[], table: aws.ec2.RouteTable): pulumi.Resource[] {
    return subnets.map(
      (subnet, index) =>
        new aws.ec2.RouteTableAssociation(
          `${this.name}-${suffix}${subnets.length > 1 ? `-${index + 1}` : ""}`,
          { subnetId: subnet.id, routeTableId: table.id },
          { parent: this },
        ),
    );
  }

  private createEndpoints(args: NetworkArgs, routeTables: aws.ec2.RouteTable[]) {
    return new NetworkEndpoints(
      `${this.name}-endpoints`,
      { ...args, vpc: this.vpc, subnets: this.privateSubnets, routeTables },
      { parent: this },
    );
  }

  private createSecurityGroups({ interfaceEndpoints, natGateways, appPort }: NetworkArgs): SecurityGroups {
    return new SecurityGroups(
      `${this.name}-groups`,
      {
        namePrefix: this.name,
        vpcId: this.vpc.id,
        endpoints: this.endpoints,
        appPort,
        // Only without endpoints does a task need the way through the gateway for its image, logs and secrets.
        reachesAwsThroughInternet: !interfaceEndpoints && natGateways !== "none",
      },
      { parent: this },
    );
  }

  private createFlowLogs({ accountId, keyArn, logRetentionDays }: NetworkArgs): void {
    new FlowLogs(
      `${this.name}-flow-logs`,
      { accountId, vpcId: this.vpc.id, keyArn, retentionDays: logRetentionDays },
      { parent: this },
    );
  }
}
